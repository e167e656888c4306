import { Counter, type Registry } from 'prom-client';

/** What bytes carry; `control` is all that is none of the others: headers, requests, announcements, offers. */
export type ByteKind = 'picture' | 'frame' | 'input' | 'overlap' | 'result' | 'remaining' | 'client' | 'control';

export interface ByteCounterOptions {
  readonly name: string;
  readonly help: string;
  readonly registry: Registry;
  /** Bytes that went this way over all sockets of the node. */
  readonly total: () => number;
}

/**
 * Every byte that a node sends, or receives, by what it carries. Bodies with a purpose of their own are counted as they
 * are read or written; what the sockets carried beyond them is `control`.
 */
export class ByteCounter {
  readonly #counter: Counter<'kind'>;
  readonly #total: () => number;
  /** Of bodies that the counter does not have yet: it takes labels apart each time, and is asked rarely. */
  readonly #uncounted = new Map<ByteKind, number>();
  #bodies = 0;
  #control = 0;

  constructor({ name, help, registry, total }: ByteCounterOptions) {
    this.#total = total;
    const labelNames = ['kind'] as const;
    const collect = () => this.#count();
    this.#counter = new Counter({ name, help, labelNames, registers: [registry], collect });
  }

  inc({ kind }: { readonly kind: Exclude<ByteKind, 'control'> }, bytes: number): void {
    this.#bodies += bytes;
    this.#uncounted.set(kind, (this.#uncounted.get(kind) ?? 0) + bytes);
  }

  #count(): void {
    for (const [kind, bytes] of this.#uncounted) this.#counter.inc({ kind }, bytes);
    this.#uncounted.clear();
    this.#countControl();
  }

  /** A body that is counted may still be on its way to the socket: a counter never falls. */
  #countControl(): void {
    const control = this.#total() - this.#bodies;
    if (control <= this.#control) return;
    this.#counter.inc({ kind: 'control' }, control - this.#control);
    this.#control = control;
  }
}
