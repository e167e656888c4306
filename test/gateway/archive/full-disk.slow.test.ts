import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { idOf } from '../../../server/gateway/archive/frame-archive.js';
import { diskArchive, endOf, frameWith, newFolder, picture } from './archives.js';

const mountable = process.platform === 'linux' && process.getuid?.() === 0;

describe.skipIf(!mountable)('a disk that is full (needs root, to mount a small one)', () => {
  it('refuses what does not fit, keeps what is there, and takes more once there is room', async () => {
    const { folder, remove } = await newFolder();
    let archive = diskArchive(folder);
    const accept = async (id: string, bytes: Uint8Array) => {
      await archive.accept(frameWith(id, bytes), bytes);
    };
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    try {
      await archive.open(0);
      const accepted: string[] = [];
      const fill = async () => {
        for (let i = 0; i < 100; i++) {
          await accept(`a-${i}`, picture(i, 60_000));
          accepted.push(`a-${i}`);
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'DT_STORE_FULL' });
      expect(accepted.length).toBeGreaterThan(5);
      expect(archive.problem()?.message).toContain(`no room left for the store in ${folder}`);
      // A small picture fits still, until the database's own pages do not.
      const small = async () => {
        for (let i = 0; i < 2_000; i++) await accept(`s-${i}`, picture(i, 2_000));
      };
      await expect(small()).rejects.toMatchObject({ code: 'DT_STORE_FULL' });
      const frame = frameWith('a-0', picture(0, 60_000));
      expect(await archive.picture('a-0', frame.picture)).toEqual(picture(0, 60_000));
      await archive.remove(['a-1', 'a-2']);
      await archive.end(...endOf(frame));
      await accept('b-1', picture(1, 60_000));
      expect(archive.problem()).toBeNull();
      await archive.close();
      archive = diskArchive(folder);
      const ids = (await archive.open(0)).frames.map(idOf);
      expect(ids).toContain('b-1');
      expect(ids.filter((id) => id.startsWith('a'))).toHaveLength(accepted.length - 2);
    } finally {
      await archive.close();
      execFileSync('umount', [folder]);
      await remove();
    }
  });
});
