import { statSync } from 'node:fs';

/** How often files are looked at: where the system tells of changes by itself (not on NFS or in mounts) it tells too much. */
const LOOK_MS = 2_000;

/**
 * Calls back when one of some files has been written or put in another's place. Does not keep the process.
 *
 * @returns what ends it.
 */
export function watchFiles(paths: readonly string[], onChange: () => void, everyMs = LOOK_MS): () => void {
  if (paths.length === 0) return () => {};
  const look = () => paths.map(marks).join();
  let known = look();
  const timer = setInterval(() => {
    const now = look();
    if (now === known) return;
    known = now;
    onChange();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Differs whenever the file does. */
function marks(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
