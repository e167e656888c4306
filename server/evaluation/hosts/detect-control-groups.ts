import { join } from 'node:path';
import { DeepThingsError } from '../../errors.js';
import { controlGroupsV1 } from './cgroup-v1.js';
import { controlGroupsV2 } from './cgroup-v2.js';
import { type ControlGroups, readText } from './control-groups.js';

interface Mount {
  readonly path: string;
  readonly type: string;
  readonly options: ReadonlySet<string>;
}

/**
 * The control groups that this machine limits processor and memory with. A machine may have both versions mounted: a
 * controller belongs to one of them.
 *
 * @param root the file system's root.
 * @throws DeepThingsError `DT_CGROUP` where neither has both controllers.
 */
export function detectControlGroups(root = '/'): ControlGroups {
  const mounts = parseMounts(readText(join(root, 'proc/self/mounts')));
  const ofV1 = (controller: string) => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.has(controller));
    return mount === undefined ? null : join(root, mount.path);
  };
  const [cpu, memory] = [ofV1('cpu'), ofV1('memory')];
  if (cpu !== null && memory !== null) return controlGroupsV1({ cpu, memory, cpuacct: ofV1('cpuacct') });
  for (const { path } of mounts.filter(({ type }) => type === 'cgroup2')) {
    const controllers = readText(join(root, path, 'cgroup.controllers'))
      .trim()
      .split(/\s+/);
    if (controllers.includes('cpu') && controllers.includes('memory')) return controlGroupsV2(join(root, path));
  }
  throw new DeepThingsError(
    'DT_CGROUP',
    'no control groups with the controllers cpu and memory are mounted (version 1 or 2, see /proc/self/mounts): ' +
      'in a container, give it --privileged',
  );
}

/** proc(5): device, mount point, type, options; a space in a path is written `\040`. */
function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, path, type, options] = line.split(' ');
    if (path === undefined || type === undefined || options === undefined) return [];
    return [{ path: path.replaceAll('\\040', ' '), type, options: new Set(options.split(',')) }];
  });
}
