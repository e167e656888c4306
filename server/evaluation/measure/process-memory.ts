import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process, in bytes (proc(5), `/proc/PID/status`). */
export interface ResidentMemory {
  /** The most that was resident since the process began, or since `forgetPeak`. */
  readonly peak: number;
  /** Its own: heaps, stacks, buffers. */
  readonly anonymous: number;
  /** Of files: programs, libraries, weights. The kernel can drop these pages and read them again. */
  readonly file: number;
}

const FIELDS = { peak: 'VmHWM', anonymous: 'RssAnon', file: 'RssFile' } as const;

export function parseResidentMemory(status: string): ResidentMemory {
  const bytesOf = (field: string) => {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
    return match === null ? 0 : Number(match[1]) * 1024;
  };
  return {
    peak: bytesOf(FIELDS.peak),
    anonymous: bytesOf(FIELDS.anonymous),
    file: bytesOf(FIELDS.file),
  };
}

/** @returns null when the process is gone. */
export function readResidentMemory(pid: number): ResidentMemory | null {
  try {
    return parseResidentMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Has the peak counted anew from what is resident now (proc(5), `/proc/PID/clear_refs`, 5).
 *
 * @returns whether the kernel can do that.
 */
export function forgetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}
