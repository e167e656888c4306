import { connect, type Socket } from 'node:net';
import { pause } from '../../node/pause.js';

/** After a device's connection has closed, it is looked for at these times: while a process ends, its port may still be open. */
const LOOKS_AFTER_MS = [20, 200, 1_000];
/** A machine that answers says within this time that nothing listens. */
const LOOK_MS = 1_000;

export interface DeathWatchParts {
  /** Whether this device was heard of lately, and has not left. */
  readonly isUp: (device: string) => boolean;
  readonly addressOf: (device: string) => string;
  readonly onDead: (device: string) => void;
}

/**
 * Finds out at once when a device's process has ended: its connection closes, and nothing listens at its address. One
 * that loses its power or its network says nothing by it; silence tells of that.
 */
export class DeathWatch {
  readonly #parts: DeathWatchParts;
  readonly #watched = new WeakSet<Socket>();
  /** Devices that are looked for, each with what ends the search. */
  readonly #looking = new Map<string, AbortController>();
  #isStopped = false;

  constructor(parts: DeathWatchParts) {
    this.#parts = parts;
  }

  /** A device's own word has come over this connection. */
  heard(device: string, connection: Socket): void {
    this.#looking.get(device)?.abort();
    if (this.#watched.has(connection)) return;
    this.#watched.add(connection);
    connection.once('close', () => void this.#lookFor(device));
  }

  stop(): void {
    this.#isStopped = true;
    for (const search of this.#looking.values()) search.abort();
  }

  async #lookFor(device: string): Promise<void> {
    const { addressOf, isUp, onDead } = this.#parts;
    if (this.#isStopped || this.#looking.has(device) || !isUp(device)) return;
    const search = new AbortController();
    this.#looking.set(device, search);
    let waitedMs = 0;
    for (const afterMs of LOOKS_AFTER_MS) {
      await pause(afterMs - waitedMs, search.signal);
      waitedMs = afterMs;
      if (search.signal.aborted || !isUp(device)) break;
      if (!(await isRefused(addressOf(device), search.signal)) || search.signal.aborted) continue;
      onDead(device);
      break;
    }
    this.#looking.delete(device);
  }
}

/** Whether the machine at an address says that nothing listens there. */
function isRefused(address: string, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      timeout: LOOK_MS,
    });
    const end = (isNobodyThere: boolean) => {
      socket.destroy();
      resolve(isNobodyThere);
    };
    signal.addEventListener('abort', () => end(false), { once: true });
    socket.once('connect', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
  });
}
