import { textTable } from '../../server/cli/terminal/text-table.js';
import type { NodeUse } from './node-use.js';

const MIB = 2 ** 20;

/** What each node took when it was warm, and at the end. */
export function useTable(before: readonly NodeUse[], after: readonly NodeUse[]): string {
  const pair = (was: number, is: number) => `${was} > ${is}`;
  const mib = (bytes: number) => Math.round(bytes / MIB);
  const rows = before.map((was) => {
    const is = after.find(({ node }) => node === was.node)!;
    return [
      was.node,
      pair(mib(was.rss), mib(is.rss)),
      pair(mib(was.used), mib(is.used)),
      pair(was.files, is.files),
      pair(was.sockets, is.sockets),
    ];
  });
  return textTable(
    ['node', 'RSS MiB', 'heap MiB', 'files', 'sockets'].map((title) => ({ title })),
    rows,
  );
}
