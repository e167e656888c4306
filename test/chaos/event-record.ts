import { setTimeout as sleep } from 'node:timers/promises';
import type { Schemas } from '../../client/client.js';
import { EventReader } from '../node/event-reader.js';

/** A frame's end as it was told to those who watch. */
export interface EndSeen {
  readonly epoch: string;
  readonly frame: string;
  readonly state: string;
}

const AGAIN_MS = 100;

/** Watches the gateway's events for as long as a run lasts, and goes on where it was when the connection is lost. */
export class EventRecord {
  readonly ends: EndSeen[] = [];
  /** Epochs in which something was missed: the gateway did not know any more where the reader had been. */
  readonly gaps: string[] = [];
  readonly #gateway: string;
  readonly #onEnd: (frame: Schemas['Frame']) => void;
  #reader: EventReader | null = null;
  #lastId: string | null = null;
  #closed = false;
  #loop: Promise<void> = Promise.resolve();

  /** @param gateway its own address, which nothing disturbs. */
  constructor(gateway: string, onEnd: (frame: Schemas['Frame']) => void) {
    this.#gateway = gateway;
    this.#onEnd = onEnd;
  }

  start(): void {
    this.#loop = this.#watch();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reader?.close();
    await this.#loop;
  }

  async #watch(): Promise<void> {
    while (!this.#closed) {
      await this.#read().catch(() => {});
      if (!this.#closed) await sleep(AGAIN_MS);
    }
  }

  async #read(): Promise<void> {
    const headers: Record<string, string> = this.#lastId === null ? {} : { 'last-event-id': this.#lastId };
    const reader = await EventReader.open(this.#gateway, headers);
    this.#reader = reader;
    for (;;) {
      const event = await reader.next();
      if (event === null || this.#closed) return;
      this.#take(event);
    }
  }

  #take({ id, event, data }: { id: string; event: string; data: unknown }): void {
    const [epoch, number] = id.split('-') as [string, string];
    // After a restart of the gateway every reader is told to start anew, which misses nothing when it is there in time.
    if (event === 'reset' && number !== '0') this.gaps.push(epoch);
    this.#lastId = id;
    if (event !== 'frame') return;
    const frame = data as Schemas['Frame'];
    if (frame.endedAt === null) return;
    this.ends.push({ epoch, frame: frame.id, state: frame.state });
    this.#onEnd(frame);
  }
}
