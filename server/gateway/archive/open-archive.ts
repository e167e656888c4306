import type { ClusterConfig } from '../../config/cluster-config.js';
import type { Logger } from '../../node/observe/logger.js';
import type { ArchiveContents, FrameArchive } from './frame-archive.js';
import { DiskArchive } from './lmdb/disk-archive.js';
import { MemoryArchive } from './memory-archive.js';

export interface OpenedArchive {
  readonly archive: FrameArchive;
  readonly contents: ArchiveContents;
}

/**
 * The archive that cluster.yaml asks for.
 *
 * @throws DeepThingsError `DT_STORE_PATH`, `DT_STORE_IN_USE`
 */
export async function openArchive({ store }: ClusterConfig, log: Logger): Promise<OpenedArchive> {
  const { ageMs, path } = store;
  const archive = path === null ? new MemoryArchive() : new DiskArchive({ folder: path, ageMs, log });
  return { archive, contents: await archive.open(Date.now()) };
}
