import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeepThingsError } from '../../errors.js';
import {
  type ControlGroups,
  GroupFolders,
  type GroupLimits,
  quotaOf,
  readKeyed,
  readNumber,
  readText,
  writeLimit,
} from './control-groups.js';

const CONTROLLERS = ['cpu', 'memory'] as const;

/** Kernel documentation: admin-guide/cgroup-v2.rst. @param mount where the unified hierarchy is mounted. */
export function controlGroupsV2(mount: string): ControlGroups {
  const folders = new GroupFolders([mount]);
  const setCpu = (name: string, cpuCores: number) => {
    const { periodUs, quotaUs } = quotaOf(cpuCores);
    writeLimit(join(mount, name, 'cpu.max'), `${quotaUs} ${periodUs}`, name);
  };
  return {
    version: 2,
    create(name: string, { cpuCores, memoryBytes }: GroupLimits) {
      enableControllers(mount);
      folders.create(name);
      setCpu(name, cpuCores);
      if (memoryBytes === null) return;
      writeLimit(join(mount, name, 'memory.max'), String(memoryBytes), name);
      // What does not fit must not go to the disk. Missing in a kernel without swap.
      const swap = join(mount, name, 'memory.swap.max');
      if (existsSync(swap)) writeLimit(swap, '0', name);
    },
    setCpu,
    joinFiles: (name) => folders.joinFiles(name),
    usage(name) {
      const usageUs = readKeyed(join(mount, name, 'cpu.stat'), 'usage_usec');
      return {
        // From Linux 5.19 on.
        peakBytes: readNumber(join(mount, name, 'memory.peak')),
        oomKills: readKeyed(join(mount, name, 'memory.events'), 'oom_kill') ?? 0,
        cpuMs: usageUs === null ? null : usageUs / 1000,
      };
    },
    names: () => folders.names(),
    remove: (name) => folders.remove(name),
  };
}

/** A group has a controller's files only where its parent hands the controller on. */
function enableControllers(mount: string): void {
  const file = join(mount, 'cgroup.subtree_control');
  const enabled = new Set(readText(file).trim().split(/\s+/));
  const missing = CONTROLLERS.filter((controller) => !enabled.has(controller));
  if (missing.length === 0) return;
  try {
    writeFileSync(file, missing.map((controller) => `+${controller}`).join(' '));
  } catch (cause) {
    throw new DeepThingsError(
      'DT_CGROUP',
      `the controllers ${missing.join(' and ')} cannot be enabled in ${file} (${(cause as Error).message}): in a ` +
        'container, this takes its own control group to have no processes; run it on the machine itself',
      { cause },
    );
  }
}
