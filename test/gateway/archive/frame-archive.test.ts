import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameArchive } from '../../../server/gateway/archive/frame-archive.js';
import { MemoryArchive } from '../../../server/gateway/archive/memory-archive.js';
import { diskArchive, endOf, frameWith, newFolder, picture } from './archives.js';

/** What every archive does, whatever it keeps frames in. */
describe.each([
  ['in memory', async () => ({ archive: new MemoryArchive() as FrameArchive, remove: async () => {} })],
  [
    'on disk',
    async () => {
      const { folder, remove } = await newFolder();
      return { archive: diskArchive(folder) as FrameArchive, remove };
    },
  ],
])('an archive %s', (_where, make) => {
  let archive: FrameArchive;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ archive, remove } = await make());
  });
  afterEach(async () => {
    await archive.close();
    await remove();
  });

  it('is empty at first, and names the life of the gateway by its time', async () => {
    const contents = await archive.open(Date.UTC(2026, 0, 1));
    expect(contents).toEqual({
      epoch: Date.UTC(2026, 0, 1).toString(36),
      frames: [],
      unreadable: [],
      afterCrash: false,
      quarantined: [],
    });
  });

  it('gives back what it was given', async () => {
    await archive.open(0);
    const bytes = picture(1);
    const frame = frameWith('a-1', bytes);
    await archive.accept(frame, bytes);
    expect(await archive.picture('a-1', frame.picture)).toEqual(bytes);
    expect(await archive.trace('a-1')).toBeNull();
    const [ended, trace] = endOf(frame);
    await archive.end(ended, trace);
    expect(await archive.trace('a-1')).toEqual(trace);
    expect(await archive.picture('a-1', frame.picture)).toEqual(bytes);
  });

  it('takes many at once', async () => {
    await archive.open(0);
    const frames = Array.from({ length: 20 }, (_, i) => {
      const bytes = picture(i, 500);
      return { bytes, frame: frameWith(`a-${i}`, bytes) };
    });
    await Promise.all(frames.map(({ frame, bytes }) => archive.accept(frame, bytes)));
    for (const { frame, bytes } of frames) expect(await archive.picture(frame.id, frame.picture)).toEqual(bytes);
  });

  it('drops the picture with the end, or later, where it is not kept', async () => {
    await archive.open(0);
    const bytes = picture(1);
    const [one, two] = [frameWith('a-1', bytes), frameWith('a-2', bytes)];
    await Promise.all([archive.accept(one, bytes), archive.accept(two, bytes)]);
    await archive.end(...endOf(one, false));
    await archive.end(...endOf(two));
    expect(await archive.picture('a-1', one.picture)).toBeNull();
    expect(await archive.trace('a-1')).not.toBeNull();
    expect(await archive.picture('a-2', two.picture)).not.toBeNull();
    await archive.update([endOf(two, false)[0]]);
    expect(await archive.picture('a-2', two.picture)).toBeNull();
  });

  it('forgets, also what it never had', async () => {
    await archive.open(0);
    const bytes = picture(1);
    const frame = frameWith('a-1', bytes);
    await archive.accept(frame, bytes);
    await archive.end(...endOf(frame));
    await archive.remove(['a-1', 'a-2']);
    expect([await archive.picture('a-1', frame.picture), await archive.trace('a-1')]).toEqual([null, null]);
  });
});
