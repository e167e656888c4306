import { describe, expect, it, vi } from 'vitest';
import type { FrameArchive } from '../../../server/gateway/archive/frame-archive.js';
import { ArchiveWriter } from '../../../server/gateway/frames/archive-writer.js';
import { silent } from '../../support/test-cluster.js';

/** An archive whose removals end when they are told to. */
function slowArchive() {
  const removals: { readonly ids: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const remove = (ids: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      removals.push({ ids, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  const inc = vi.fn();
  const archive = { remove } as Partial<FrameArchive> as FrameArchive;
  const metrics = { storeFailures: { inc } } as unknown as ConstructorParameters<typeof ArchiveWriter>[0]['metrics'];
  return { removals, inc, writer: new ArchiveWriter({ archive, metrics, log: silent }) };
}

describe('ArchiveWriter', () => {
  it('removes together what is to be removed while a removal is under way', async () => {
    const { removals, writer } = slowArchive();
    writer.remove(['a']);
    writer.remove(['b', 'c']);
    writer.remove(['d']);
    expect(removals.map(({ ids }) => ids)).toEqual([['a']]);
    removals[0]!.end();
    await vi.waitFor(() => expect(removals).toHaveLength(2));
    expect(removals[1]!.ids).toEqual(['b', 'c', 'd']);
    removals[1]!.end();
    await writer.settled();
    expect(removals).toHaveLength(2);
  });

  it('goes on with the next removal after one that failed, and counts it', async () => {
    const { inc, removals, writer } = slowArchive();
    writer.remove(['a']);
    writer.remove(['b']);
    removals[0]!.end(new Error('no disk'));
    await vi.waitFor(() => expect(removals).toHaveLength(2));
    expect(inc).toHaveBeenCalledWith({ what: 'remove' });
    removals[1]!.end();
    await writer.settled();
    expect(inc).toHaveBeenCalledTimes(1);
  });
});
