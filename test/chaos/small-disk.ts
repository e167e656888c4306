import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SIZE_BYTES = 24 * 2 ** 20;
const STEP_BYTES = 64 * 2 ** 10;

/** A file system of a few MiB in memory, which can be filled. Mounting one is for root. */
export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
    process.once('exit', this.#onExit);
  }

  readonly #onExit = () => this.#umount('--lazy');

  /** @returns null where this user may not mount. */
  static mount(folder: string): SmallDisk | null {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES}`, 'deepthings-chaos', folder], {
        stdio: 'ignore',
      });
      return new SmallDisk(folder);
    } catch {
      return null;
    }
  }

  /** Writes until there is no room for another byte. */
  async fill(): Promise<void> {
    for (const bytes of [STEP_BYTES, 1]) {
      const piece = Buffer.alloc(bytes);
      for (;;) {
        try {
          await writeFile(this.#ballast, piece, { flag: 'a' });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') break;
          throw error;
        }
      }
    }
  }

  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  unmount(): void {
    process.off('exit', this.#onExit);
    this.#umount();
  }

  #umount(...options: string[]): void {
    execFileSync('umount', [...options, this.folder], { stdio: 'ignore' });
  }
}
