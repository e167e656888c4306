import type { Socket } from 'node:net';
import type { Schemas } from '../../../client/client.js';
import type { ErrorCode } from '../../error-codes.js';
import type { Logger } from '../observe/logger.js';
import { RepeatGate } from '../observe/repeat-gate.js';

/** A caller that was refused before its request was looked into, or because of what it is. */
export interface RefusedCaller {
  /** Stable code of the refusal. */
  readonly code: ErrorCode;
  /** What was wrong and what to do; the caller is named apart from it. */
  readonly detail: string;
  /** Network address of the caller. */
  readonly address: string;
  /** The device that it says it is, not checked; null when it says nothing of it. */
  readonly device: string | null;
}

interface Entry extends RefusedCaller {
  count: number;
  firstMs: number;
  lastMs: number;
}

export interface RefusedCallersParts {
  readonly log: Logger;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** Told of each refusal; `isDue` when it is to be shown: the first of its kind, then once a minute. */
  readonly onRefused?: (caller: RefusedCaller, text: string, isDue: boolean) => void;
}

const TELL_EVERY_MS = 60_000;
/** A caller that has not been refused for so long is not shown any more. */
const SHOWN_MS = 60_000;
/** Kinds and callers that are remembered; the one that was refused longest ago goes first. */
const MOST = 32;

/** Who was refused lately, by kind and address: bounded, however many there are and however often they come. */
export class RefusedCallers {
  readonly #parts: RefusedCallersParts;
  readonly #repeats = new RepeatGate(TELL_EVERY_MS);
  readonly #entries = new Map<string, Entry>();

  constructor(parts: RefusedCallersParts) {
    this.#parts = parts;
  }

  note(caller: RefusedCaller): void {
    const { log, nowMs, onRefused } = this.#parts;
    const { address, code, device } = caller;
    const key = `${code} ${address} ${device}`;
    const now = nowMs();
    const known = this.#entries.get(key);
    const count = isShown(known, now) ? known.count + 1 : 1;
    this.#entries.delete(key);
    this.#entries.set(key, { ...caller, count, firstMs: count > 1 ? known!.firstMs : now, lastMs: now });
    if (this.#entries.size > MOST) this.#entries.delete(this.#entries.keys().next().value!);
    const times = this.#repeats.due(key, now);
    const text = textOf(caller);
    if (times > 0) log.warn({ code, address, device, times }, `refused: ${text}`);
    onRefused?.(caller, text, times > 0);
  }

  /** Those of the last minute, the latest first. */
  current(): Schemas['ClusterProblem'][] {
    const now = this.#parts.nowMs();
    const shown = [...this.#entries.values()].filter((entry) => isShown(entry, now)).reverse();
    return shown.map((entry) => {
      const { address, code, count, device, firstMs, lastMs } = entry;
      const times = { firstAt: new Date(firstMs).toISOString(), lastAt: new Date(lastMs).toISOString() };
      return { code, detail: textOf(entry), address, device, count, ...times };
    });
  }
}

function isShown(entry: Entry | undefined, nowMs: number): entry is Entry {
  return entry !== undefined && nowMs - entry.lastMs < SHOWN_MS;
}

function textOf({ address, detail, device }: RefusedCaller): string {
  return `${device === null ? 'a program' : `a program that says it is device ${device}`} at ${address} ${detail}`;
}

/** First byte of a TLS handshake's record (RFC 8446, 5.1). */
export const HANDSHAKE_RECORD = 0x16;

/** Notes a caller that speaks TLS to a node which speaks plain HTTP. */
export function noteTlsToHttp(error: Error, socket: Socket, refused: RefusedCallers): void {
  // Its type describes what becomes of it in JSON.
  const { rawPacket } = error as Error & { readonly rawPacket?: Uint8Array };
  if (rawPacket?.[0] !== HANDSHAKE_RECORD) return;
  const detail = 'speaks https to this node, which speaks http: give every node the same tls section in cluster.yaml';
  refused.note({ code: 'DT_TLS_UNEXPECTED', detail, address: socket.remoteAddress ?? 'unknown', device: null });
}
