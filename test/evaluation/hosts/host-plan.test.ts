import { describe, expect, it } from 'vitest';
import { leftovers, parseNamespaces } from '../../../server/evaluation/hosts/host-leftovers.js';
import { ownerOf, planHosts } from '../../../server/evaluation/hosts/host-plan.js';

const hosts = ['gateway', 'e0', 'e1'].map((id) => ({ id, cpuCores: 0.25, memoryBytes: null }));
const plan = planHosts({ ownerPid: 4711, hosts, linkBitsPerSecond: 50e6 });
const lines = plan.up.map((command) => command.join(' '));

describe('test hosts', () => {
  it('are namespaces that carry their owner in their names, each with an address of its own', () => {
    expect(plan.hosts.map(({ name }) => name)).toEqual([
      'deepthings-4711-gateway',
      'deepthings-4711-e0',
      'deepthings-4711-e1',
    ]);
    const addresses = [...plan.hosts, plan.client].map(({ address }) => address);
    expect(new Set(addresses).size).toBe(4);
    expect(addresses.every((address) => address.startsWith('198.18.0.'))).toBe(true);
    for (const name of plan.names) {
      expect(ownerOf(name)).toBe(4711);
      expect(lines).toContain(`ip netns add ${name}`);
    }
  });

  it('leave the network of the machine alone', () => {
    const elsewhere = plan.up.filter(
      ([, second, third]) => second !== '-n' && !(second === 'netns' && third === 'add'),
    );
    expect(elsewhere).toEqual([]);
  });

  it('have links that are shaped at both ends, but for the client, which is as fast as the machine', () => {
    const shaped = lines.filter((line) => line.startsWith('tc'));
    expect(shaped).toHaveLength(6);
    expect(shaped).toContain(
      'tc -n deepthings-4711-e0 qdisc add dev eth0 root tbf rate 50000000bit burst 32768b latency 200ms',
    );
    expect(shaped).toContain(
      'tc -n deepthings-4711-switch qdisc add dev e0 root tbf rate 50000000bit burst 32768b latency 200ms',
    );
    expect(shaped.join()).not.toContain('client');
  });

  it('have a burst that holds what a fast link brings in one timer tick', () => {
    const fast = planHosts({ ownerPid: 1, hosts, linkBitsPerSecond: 1e9 });
    expect(fast.up.find(([program]) => program === 'tc')?.join(' ')).toContain('burst 500000b');
  });

  it('are not shaped where nobody asked for it', () => {
    const unshaped = planHosts({ ownerPid: 1, hosts, linkBitsPerSecond: null });
    expect(unshaped.up.filter(([program]) => program === 'tc')).toEqual([]);
  });
});

describe('what a killed process left', () => {
  const names = ['deepthings-10-e0', 'deepthings-11-switch', 'deepthings-12-client', 'blue', 'deepthings-x-e0'];

  it('is what carries the number of a process that is gone, or of this one, which has made nothing yet', () => {
    expect(leftovers(names, 12, (pid) => pid === 11 || pid === 12)).toEqual([
      'deepthings-10-e0',
      'deepthings-12-client',
    ]);
  });

  it('is read from what ip lists', () => {
    expect(parseNamespaces('blue (id: 0)\ndeepthings-10-e0\n\n')).toEqual(['blue', 'deepthings-10-e0']);
    expect(parseNamespaces('')).toEqual([]);
  });
});
