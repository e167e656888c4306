import { describe, expect, it } from 'vitest';
import type { ControlGroups } from '../../../server/evaluation/hosts/control-groups.js';
import { type Command, planHosts } from '../../../server/evaluation/hosts/host-plan.js';
import { TestHosts } from '../../../server/evaluation/hosts/test-hosts.js';

const hosts = ['gateway', 'e0'].map((id) => ({ id, cpuCores: 0.25, memoryBytes: null }));
/** No process has this number: it is beyond what the kernel gives. */
const GONE = 2 ** 30;

/** A machine that remembers what is on it. */
class FakeMachine {
  readonly groupNames = new Set<string>();
  readonly namespaces = new Set<string>();
  readonly commands: string[] = [];
  readonly shares: [name: string, cpuCores: number][] = [];
  /** Beginning of a command that fails. */
  refuses = 'nothing';

  readonly run = (command: Command): string => {
    const line = command.join(' ');
    this.commands.push(line);
    if (line.startsWith(this.refuses)) throw new Error(`refused: ${line}`);
    const [, second, third, name] = command;
    if (second === 'netns' && third === 'add') this.namespaces.add(name!);
    if (second === 'netns' && third === 'delete') this.namespaces.delete(name!);
    return line === 'ip netns list' ? [...this.namespaces].map((one) => `${one} (id: 1)\n`).join('') : '';
  };

  readonly groups: ControlGroups = {
    version: 2,
    create: (name) => void this.groupNames.add(name),
    setCpu: (name, cpuCores) => void this.shares.push([name, cpuCores]),
    joinFiles: (name) => [`/groups/${name}/cgroup.procs`],
    usage: () => ({ peakBytes: 1, oomKills: 0, cpuMs: 1 }),
    names: () => [...this.groupNames],
    remove: (name) => void this.groupNames.delete(name),
  };

  raise(): TestHosts {
    return new TestHosts(planHosts({ ownerPid: process.pid, hosts, linkBitsPerSecond: 1e6 }), this);
  }
}

describe('test hosts', () => {
  it('are made and taken down, more than once without complaint', () => {
    const listening = process.listenerCount('exit');
    const machine = new FakeMachine();
    const raised = machine.raise();
    expect(machine.namespaces.size).toBe(4);
    expect(machine.groupNames.size).toBe(2);
    raised.takeDown();
    raised.takeDown();
    expect([...machine.namespaces, ...machine.groupNames]).toEqual([]);
    expect(process.listenerCount('exit')).toBe(listening);
  });

  it('give a host another share of a core, and cut its link off', () => {
    const machine = new FakeMachine();
    const raised = machine.raise();
    raised.setCpu('e0', 0.1);
    expect(machine.shares).toEqual([[`deepthings-${process.pid}-e0`, 0.1]]);
    raised.setLink('e0', false);
    raised.setLink('e0', true);
    const port = `bridge -n deepthings-${process.pid}-switch link set dev e0 state`;
    expect(machine.commands.slice(-2)).toEqual([`${port} disabled`, `${port} forwarding`]);
    expect(() => raised.setLink('e9', false)).toThrow(/no host e9/);
    raised.takeDown();
  });

  it('have a node join its groups before it enters its namespace', () => {
    const machine = new FakeMachine();
    const raised = machine.raise();
    const name = `deepthings-${process.pid}-e0`;
    const command = raised.within('e0');
    expect(command.slice(0, 2)).toEqual(['sh', '-c']);
    expect(command.slice(3)).toEqual(['sh', `/groups/${name}/cgroup.procs`, '--', 'ip', 'netns', 'exec', name]);
    expect(() => raised.within('e9')).toThrow(/no host e9/);
    raised.takeDown();
  });

  it('leave nothing behind when one cannot be made', () => {
    const machine = new FakeMachine();
    machine.refuses = 'tc ';
    expect(() => machine.raise()).toThrow(/refused: tc/);
    expect([...machine.namespaces, ...machine.groupNames]).toEqual([]);
  });

  it('find and remove what a killed process left, and nothing else', () => {
    const machine = new FakeMachine();
    for (const name of [`deepthings-${GONE}-switch`, `deepthings-${process.ppid}-switch`, 'blue']) {
      machine.namespaces.add(name);
    }
    machine.groupNames.add(`deepthings-${GONE}-e0`);
    const raised = machine.raise();
    raised.takeDown();
    expect([...machine.namespaces]).toEqual([`deepthings-${process.ppid}-switch`, 'blue']);
    expect([...machine.groupNames]).toEqual([]);
  });

  it('are taken down as far as can be when one of them resists', () => {
    const machine = new FakeMachine();
    const raised = machine.raise();
    machine.refuses = `ip netns delete deepthings-${process.pid}-gateway`;
    expect(() => raised.takeDown()).toThrow(/refused/);
    expect([...machine.namespaces]).toEqual([`deepthings-${process.pid}-gateway`]);
    machine.refuses = 'nothing';
    raised.takeDown();
    expect([...machine.namespaces]).toEqual([]);
  });
});
