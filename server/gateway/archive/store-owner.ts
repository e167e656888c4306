import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeepThingsError } from '../../errors.js';
import { isAlive } from '../../node/is-alive.js';

const FILE = 'owner.json';
/** A gateway that was killed may take a moment to be gone. */
const PATIENCE_MS = 2_000;

interface Owner {
  readonly pid: number;
  /** Tells it from a later process of the same number; null where the system does not say. */
  readonly born: string | null;
  /** Of this hold on the store. */
  readonly token: string;
}

/** Holds of this process. */
const held = new Set<string>();

/**
 * One process at a time has a store. Its owner is named in a file, which outlives a process that is killed: then whoever
 * finds it sees that there is no such process any more, and takes over.
 */
export class StoreOwner {
  readonly #path: string;
  readonly #owner: Owner = { pid: process.pid, born: bornAt(process.pid), token: randomUUID() };

  constructor(folder: string) {
    this.#path = join(folder, FILE);
  }

  /**
   * @returns whether there was one before that did not give it up.
   * @throws DeepThingsError `DT_STORE_IN_USE`
   */
  async take(): Promise<{ readonly afterCrash: boolean }> {
    const until = performance.now() + PATIENCE_MS;
    let afterCrash = false;
    while (!(await this.#create())) {
      const text = await readFile(this.#path, 'utf8').catch(() => null);
      if (text === null) continue;
      const owner = parseOwner(text);
      if (owner === null || !isHeld(owner)) {
        afterCrash = true;
        await this.#clearAway(text);
        continue;
      }
      if (owner.pid === process.pid || performance.now() > until) throw this.#inUse(owner);
      await sleep(50);
    }
    held.add(this.#owner.token);
    return { afterCrash };
  }

  async release(): Promise<void> {
    held.delete(this.#owner.token);
    await unlink(this.#path);
  }

  /** With what is in it at once: nobody reads half of it. */
  async #create(): Promise<boolean> {
    const draft = `${this.#path}.${this.#owner.token}`;
    await writeFile(draft, JSON.stringify(this.#owner), { mode: 0o600 });
    try {
      await link(draft, this.#path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await unlink(draft);
    }
  }

  /** Two processes may do this at once: one that took the other's new file away puts it back. */
  async #clearAway(stale: string): Promise<void> {
    const aside = `${this.#path}.${this.#owner.token}`;
    try {
      await rename(this.#path, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    if ((await readFile(aside, 'utf8')) !== stale) await link(aside, this.#path).catch(() => {});
    await unlink(aside);
  }

  #inUse({ pid }: Owner): DeepThingsError {
    return new DeepThingsError(
      'DT_STORE_IN_USE',
      `process ${pid} has the store in ${this.#path.slice(0, -FILE.length - 1)}: stop that gateway, or give this one ` +
        'another store.path in cluster.yaml',
    );
  }
}

/** @returns null for what is no owner's file, or was not safe on disk when the machine stopped. */
function parseOwner(text: string): Owner | null {
  try {
    const { pid, born, token } = JSON.parse(text) as Owner;
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, born, token } : null;
  } catch {
    return null;
  }
}

function isHeld({ pid, born, token }: Owner): boolean {
  if (pid === process.pid) return held.has(token);
  return isAlive(pid) && (born === null || bornAt(pid) === born);
}

/** On Linux the boot and the moment in it at which a process started; null elsewhere, and for one that is gone. */
function bornAt(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // After the name in brackets, which may hold anything: the state, and 19 fields on the start time (proc_pid_stat).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}
