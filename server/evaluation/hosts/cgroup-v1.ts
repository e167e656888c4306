import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ControlGroups,
  GroupFolders,
  type GroupLimits,
  quotaOf,
  readKeyed,
  readNumber,
  writeLimit,
} from './control-groups.js';

/** Where the controllers are mounted; several may share one hierarchy. */
export interface V1Mounts {
  readonly cpu: string;
  readonly memory: string;
  /** For the processor time only. */
  readonly cpuacct: string | null;
}

/** Kernel documentation: scheduler/sched-bwc.rst, admin-guide/cgroup-v1/memory.rst and cpuacct.rst. */
export function controlGroupsV1({ cpu, memory, cpuacct }: V1Mounts): ControlGroups {
  const folders = new GroupFolders([cpu, memory, ...(cpuacct === null ? [] : [cpuacct])]);
  const setCpu = (name: string, cpuCores: number) => {
    const { periodUs, quotaUs } = quotaOf(cpuCores);
    writeLimit(join(cpu, name, 'cpu.cfs_period_us'), String(periodUs), name);
    writeLimit(join(cpu, name, 'cpu.cfs_quota_us'), String(quotaUs), name);
  };
  return {
    version: 1,
    create(name: string, { cpuCores, memoryBytes }: GroupLimits) {
      folders.create(name);
      setCpu(name, cpuCores);
      if (memoryBytes === null) return;
      writeLimit(join(memory, name, 'memory.limit_in_bytes'), String(memoryBytes), name);
      // Memory and swap together: what does not fit must not go to the disk. Missing where swap is not accounted.
      const withSwap = join(memory, name, 'memory.memsw.limit_in_bytes');
      if (existsSync(withSwap)) writeLimit(withSwap, String(memoryBytes), name);
    },
    setCpu,
    joinFiles: (name) => folders.joinFiles(name),
    usage(name) {
      const usageNs = cpuacct === null ? null : readNumber(join(cpuacct, name, 'cpuacct.usage'));
      return {
        peakBytes: readNumber(join(memory, name, 'memory.max_usage_in_bytes')),
        oomKills: readKeyed(join(memory, name, 'memory.oom_control'), 'oom_kill') ?? 0,
        cpuMs: usageNs === null ? null : usageNs / 1e6,
      };
    },
    names: () => folders.names(),
    remove: (name) => folders.remove(name),
  };
}
