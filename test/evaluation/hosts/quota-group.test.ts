import { describe, expect, it } from 'vitest';
import type { ControlGroups, GroupLimits } from '../../../server/evaluation/hosts/control-groups.js';
import { ownerOf } from '../../../server/evaluation/hosts/host-plan.js';
import { QuotaGroup } from '../../../server/evaluation/hosts/quota-group.js';

function recordedGroups() {
  const made: { name: string; limits: GroupLimits }[] = [];
  const removed: string[] = [];
  const groups: ControlGroups = {
    version: 2,
    create: (name, limits) => void made.push({ name, limits }),
    setCpu: () => {},
    joinFiles: (name) => [`/groups/${name}/cgroup.procs`],
    usage: () => ({ peakBytes: null, oomKills: 0, cpuMs: null }),
    names: () => [],
    remove: (name) => void removed.push(name),
  };
  return { groups, made, removed };
}

describe('QuotaGroup', () => {
  it('gives what runs within it a share of a core, under a name that tells whose it is', () => {
    const { groups, made, removed } = recordedGroups();
    const group = new QuotaGroup(groups, 'calibration', 0.25);
    const { limits, name } = made[0]!;
    expect(limits).toEqual({ cpuCores: 0.25, memoryBytes: null });
    expect(ownerOf(name)).toBe(process.pid);
    expect(group.within).toEqual([...group.within.slice(0, 4), `/groups/${name}/cgroup.procs`, '--']);
    group.remove();
    expect(removed).toEqual([name]);
  });

  it('is removed when this process ends, unless it was before', () => {
    const { groups, removed } = recordedGroups();
    const before = process.listenerCount('exit');
    const group = new QuotaGroup(groups, 'calibration', 0.25);
    expect(process.listenerCount('exit')).toBe(before + 1);
    group.remove();
    expect(process.listenerCount('exit')).toBe(before);
    expect(removed).toHaveLength(1);
  });
});
