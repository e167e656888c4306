import { ownerOf } from './host-plan.js';

/**
 * Namespaces or control groups of processes that are gone.
 *
 * @param ownPid this process: it has made none yet, so what carries its number is of an earlier process of that number.
 */
export function leftovers(
  names: readonly string[],
  ownPid: number,
  isAlive: (pid: number) => boolean,
): readonly string[] {
  return names.filter((name) => {
    const owner = ownerOf(name);
    return owner !== null && (owner === ownPid || !isAlive(owner));
  });
}

/** `ip netns list` prints `NAME` or `NAME (id: 3)`, one a line. */
export function parseNamespaces(listed: string): readonly string[] {
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0]!)
    .filter((name) => name !== '');
}
