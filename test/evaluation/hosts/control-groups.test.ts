import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quotaOf } from '../../../server/evaluation/hosts/control-groups.js';
import { detectControlGroups } from '../../../server/evaluation/hosts/detect-control-groups.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deepthings-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const V1_MOUNTS = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
`;
const MIB = 2 ** 20;

describe('version 1', () => {
  beforeEach(() => {
    put('proc/self/mounts', V1_MOUNTS);
    put('sys/fs/cgroup/memory/h/memory.memsw.limit_in_bytes', '');
    put('sys/fs/cgroup/cpu,cpuacct/h/cgroup.procs', '');
  });

  it('limits processor, memory, and memory together with swap', () => {
    const groups = detectControlGroups(root);
    groups.create('h', { cpuCores: 0.25, memoryBytes: 192 * MIB });
    expect(groups.version).toBe(1);
    expect(read('sys/fs/cgroup/cpu,cpuacct/h/cpu.cfs_period_us')).toBe('20000');
    expect(read('sys/fs/cgroup/cpu,cpuacct/h/cpu.cfs_quota_us')).toBe('5000');
    expect(read('sys/fs/cgroup/memory/h/memory.limit_in_bytes')).toBe(String(192 * MIB));
    expect(read('sys/fs/cgroup/memory/h/memory.memsw.limit_in_bytes')).toBe(String(192 * MIB));
  });

  it('gives another share of a core to what runs already', () => {
    const groups = detectControlGroups(root);
    groups.create('h', { cpuCores: 0.25, memoryBytes: null });
    groups.setCpu('h', 0.1);
    expect(read('sys/fs/cgroup/cpu,cpuacct/h/cpu.cfs_quota_us')).toBe('2000');
  });

  it('has a hierarchy that two controllers share joined once', () => {
    expect(detectControlGroups(root).joinFiles('h')).toEqual([
      join(root, 'sys/fs/cgroup/cpu,cpuacct/h/cgroup.procs'),
      join(root, 'sys/fs/cgroup/memory/h/cgroup.procs'),
    ]);
  });

  it('tells what was used', () => {
    put('sys/fs/cgroup/memory/h/memory.max_usage_in_bytes', '1048576\n');
    put('sys/fs/cgroup/memory/h/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n');
    put('sys/fs/cgroup/cpu,cpuacct/h/cpuacct.usage', '1500000000\n');
    expect(detectControlGroups(root).usage('h')).toEqual({ peakBytes: MIB, oomKills: 2, cpuMs: 1500 });
  });
});

describe('version 2', () => {
  const BASE = 'sys/fs/cgroup';
  beforeEach(() => {
    put('proc/self/mounts', 'cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n');
    put(`${BASE}/cgroup.controllers`, 'cpuset cpu io memory pids\n');
    put(`${BASE}/cgroup.subtree_control`, 'memory pids\n');
    put(`${BASE}/h/memory.swap.max`, 'max\n');
  });

  it('hands on the controllers that are missing, and limits processor, memory and swap', () => {
    const groups = detectControlGroups(root);
    groups.create('h', { cpuCores: 0.05, memoryBytes: MIB });
    expect(groups.version).toBe(2);
    expect(read(`${BASE}/cgroup.subtree_control`)).toBe('+cpu');
    expect(read(`${BASE}/h/cpu.max`)).toBe('1000 20000');
    expect(read(`${BASE}/h/memory.max`)).toBe(String(MIB));
    expect(read(`${BASE}/h/memory.swap.max`)).toBe('0');
    expect(groups.joinFiles('h')).toEqual([join(root, BASE, 'h/cgroup.procs')]);
  });

  it('leaves the memory alone where there is no limit', () => {
    detectControlGroups(root).create('free', { cpuCores: 0.5, memoryBytes: null });
    expect(existsSync(join(root, BASE, 'free/memory.max'))).toBe(false);
  });

  it('tells what was used, and null for what an older kernel does not count', () => {
    put(`${BASE}/h/memory.events`, 'low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n');
    put(`${BASE}/h/cpu.stat`, 'usage_usec 2500\nuser_usec 2000\n');
    const groups = detectControlGroups(root);
    expect(groups.usage('h')).toEqual({ peakBytes: null, oomKills: 1, cpuMs: 2.5 });
    put(`${BASE}/h/memory.peak`, '4096\n');
    expect(groups.usage('h').peakBytes).toBe(4096);
  });

  it('says what is in the way of handing on controllers', () => {
    rmSync(join(root, BASE, 'cgroup.subtree_control'));
    mkdirSync(join(root, BASE, 'cgroup.subtree_control'));
    expect(() => detectControlGroups(root).create('h', { cpuCores: 1, memoryBytes: null })).toThrow(
      /cpu and memory cannot be enabled in .*subtree_control/,
    );
  });

  it('lists and removes groups, again without complaint', () => {
    const groups = detectControlGroups(root);
    mkdirSync(join(root, BASE, 'empty'));
    expect(groups.names()).toContain('empty');
    groups.remove('empty');
    expect(groups.names()).not.toContain('empty');
    groups.remove('empty');
  });
});

it('needs both controllers of one version', () => {
  put(
    'proc/self/mounts',
    'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n',
  );
  put('sys/fs/cgroup/unified/cgroup.controllers', '\n');
  expect(() => detectControlGroups(root)).toThrow(/no control groups with the controllers cpu and memory/);
});

it('never asks the kernel for a quota under 1 ms', () => {
  expect(quotaOf(0.25)).toEqual({ quotaUs: 5000, periodUs: 20000 });
  expect(quotaOf(0.01)).toEqual({ quotaUs: 1000, periodUs: 100000 });
  expect(quotaOf(2)).toEqual({ quotaUs: 40000, periodUs: 20000 });
});
