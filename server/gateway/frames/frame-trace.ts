import type { Schemas } from '../../../client/client.js';
import type { ResultFacts } from '../../node/wire/result-body.js';
import type { LeftOut } from '../../scheduling/gang/gang-helpers.js';
import type { PartNote } from '../../scheduling/ledger/ledger-effects.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { GangTrace } from './gang-trace.js';
import { RemainingTrace } from './remaining-trace.js';

type TileTrace = Schemas['TileTrace'];
type TileState = TileTrace['state'];

/** Notes kept for one tile; a tile that is tried again and again says no more after that. */
const HISTORY_LIMIT = 64;

/** What it took to compute a part, or one layer of it. */
export type PartCost = Omit<ResultFacts, keyof TaskKey | 'device' | 'inputDigest' | 'strips'> & {
  readonly resultBytes: number;
};

interface BytesSent {
  picture: number;
  frame: number;
  input: number;
  overlap: number;
  result: number;
  control: number;
}

const STATE_OF_NOTE: Readonly<Record<PartNote | 'duplicate', TileState>> = {
  queued: 'queued',
  pushed: 'queued',
  returned: 'queued',
  refused: 'queued',
  expired: 'queued',
  lost: 'queued',
  assigned: 'assigned',
  running: 'running',
  done: 'done',
  duplicate: 'done',
  audit: 'done',
  audited: 'done',
  disputed: 'done',
};

/** What happened to each tile of one frame. */
export class FrameTrace {
  readonly #startedMs: number;
  readonly #neededMacs: number;
  #tiles: TileTrace[] = [];
  readonly #countSent: BytesSent = { picture: 0, frame: 0, input: 0, overlap: 0, result: 0, control: 0 };
  #done = 0;
  #leftOut: NonNullable<Schemas['FrameTrace']['leftOut']> = [];
  /** The gangs that have tried to compute the frame. */
  readonly gang = new GangTrace();
  readonly remaining = new RemainingTrace();

  /** @param neededMacs multiply-accumulates of what the devices compute, untiled. */
  constructor(tiles: number, startedMs: number, neededMacs: number) {
    this.#startedMs = startedMs;
    this.#neededMacs = neededMacs;
    this.restart(tiles);
  }

  /** Since the frame was accepted; the wall clock has no part in it. */
  passedMs(nowMs: number): number {
    return Math.max(0, Math.round(nowMs - this.#startedMs));
  }

  /** The same, to a fraction of a millisecond, for the moments of a gang. */
  gangMs(nowMs: number): number {
    return nowMs - this.#startedMs;
  }

  /** The frame is cut anew; what was told of its parts is void. */
  restart(parts: number): void {
    this.#done = 0;
    this.#tiles = Array.from({ length: parts }, (_, tile) => ({
      tile,
      state: 'queued',
      attempt: 1,
      device: null,
      acceptedAtMs: null,
      waitMs: null,
      transferMs: null,
      overlapMs: null,
      computeMs: null,
      inputBytes: 0,
      overlapBytes: 0,
      resultBytes: 0,
      controlBytes: 0,
      macs: null,
      history: [],
    }));
  }

  /** Devices that the frame's gang does without, with the times of a frame that were predicted with and without them. */
  leftOut(devices: readonly LeftOut[]): void {
    this.#leftOut = devices.map(({ device, withMs, withoutMs }) => ({ device, withMs, withoutMs }));
  }

  /** The same parts, once more; what was told of them is void, but for what it cost. */
  beginAnew(): void {
    const { input, overlap, result, control } = this.document().bytes;
    Object.assign(this.#countSent, { input, overlap, result, control });
    this.restart(this.tiles);
  }

  get tiles(): number {
    return this.#tiles.length;
  }

  get done(): number {
    return this.#done;
  }

  /** Tiles whose output came from each device. */
  byDevice(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { state, device } of this.#tiles) {
      if (state === 'done' && device !== null) counts[device] = (counts[device] ?? 0) + 1;
    }
    return counts;
  }

  note(tile: number, event: PartNote | 'duplicate', device: string, attempt: number, nowMs: number): void {
    const entry = this.#tiles[tile]!;
    if (entry.history.length < HISTORY_LIMIT) {
      entry.history.push({ atMs: nowMs - this.#startedMs, event, device, attempt });
    }
    if (entry.state === 'done') return;
    entry.state = STATE_OF_NOTE[event];
    entry.device = device;
    entry.attempt = attempt;
    if (event === 'done') this.#done++;
  }

  /** What an accepted result said of itself. */
  accepted(part: number, cost: PartCost, nowMs: number): void {
    const entry = this.#tiles[part]!;
    entry.acceptedAtMs = nowMs - this.#startedMs;
    for (const key of ['waitMs', 'transferMs', 'overlapMs', 'computeMs', 'macs'] as const)
      entry[key] = (entry[key] ?? 0) + cost[key];
    for (const key of ['inputBytes', 'overlapBytes', 'resultBytes', 'controlBytes'] as const) entry[key] += cost[key];
  }

  /** What a part that is done took, for those who watch. */
  costOf(part: number): Schemas['TileCost'] {
    const { computeMs, inputBytes, overlapBytes, resultBytes, macs } = this.#tiles[part]!;
    return { computeMs, inputBytes, overlapBytes, resultBytes, macs };
  }

  /**
   * Bodies that carried something else than tiles that count: pictures, letterboxed frames, strips put into the pool,
   * announcements; tiles that were run to compare, and what was computed before the frame began anew.
   */
  countSent(kind: keyof BytesSent, bytes: number): void {
    this.#countSent[kind] += bytes;
  }

  document(): Pick<Schemas['FrameTrace'], 'bytes' | 'leftOut' | 'macs' | 'tiles' | 'gang' | 'remaining'> {
    const total = (of: (tile: TileTrace) => number) => this.#tiles.reduce((sum, tile) => sum + of(tile), 0);
    return {
      bytes: {
        ...this.#countSent,
        input: this.#countSent.input + total(({ inputBytes }) => inputBytes),
        overlap: this.#countSent.overlap + total(({ overlapBytes }) => overlapBytes),
        result: this.#countSent.result + total(({ resultBytes }) => resultBytes),
        control: this.#countSent.control + total(({ controlBytes }) => controlBytes),
      },
      ...(this.#leftOut.length > 0 && { leftOut: this.#leftOut }),
      macs: { executed: total(({ macs }) => macs ?? 0), needed: this.#neededMacs },
      tiles: this.#tiles.map((tile) => ({ ...tile, history: [...tile.history] })),
      ...(this.gang.bands !== null && { gang: this.gang.document() }),
      ...(this.remaining.isBegun && { remaining: this.remaining.document() }),
    };
  }
}
