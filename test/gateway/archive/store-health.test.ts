import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../../server/gateway/archive/archive-error.js';
import { StoreHealth } from '../../../server/gateway/archive/store-health.js';
import { silent } from '../../support/test-cluster.js';

const FOLDER = '/srv/store';

function failure(code: string): ArchiveError {
  return new ArchiveError('frame 1 could not be stored', FOLDER, Object.assign(new Error(code), { code }));
}

function healthOf(disk: { nowMs: number; freeBytes: number }) {
  return new StoreHealth({ folder: FOLDER, log: silent, nowMs: () => disk.nowMs, freeBytes: () => disk.freeBytes });
}

describe('StoreHealth', () => {
  it('names the folder of a full disk until there is room, and not before its time', () => {
    const disk = { nowMs: 0, freeBytes: 0 };
    const health = healthOf(disk);
    expect(health.problem()).toBeNull();
    health.failed(failure('ENOSPC'));
    expect(health.problem()?.message).toContain('no room left for the store in /srv/store');
    disk.nowMs = 60_000;
    expect(health.problem()).not.toBeNull();
    disk.freeBytes = 2 ** 30;
    expect(health.problem()).toBeNull();
  });

  it('forgets a failure with the next picture that is taken', () => {
    const health = healthOf({ nowMs: 0, freeBytes: 0 });
    health.failed(failure('ENOSPC'));
    health.succeeded();
    expect(health.problem()).toBeNull();
  });

  it('has another failure tried again after a while, since free bytes do not tell of it', () => {
    const disk = { nowMs: 0, freeBytes: 0 };
    const health = healthOf(disk);
    health.failed(failure('ENOTDIR'));
    expect(health.problem()?.message).toMatch(/could not be stored in \/srv\/store: ENOTDIR/);
    disk.nowMs = 9_999;
    expect(health.problem()).not.toBeNull();
    disk.nowMs = 10_000;
    expect(health.problem()).toBeNull();
  });
});
