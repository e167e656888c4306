import { DeepThingsError } from '../../errors.js';
import type { Logger } from '../../node/observe/logger.js';
import type { ResultBody } from '../../node/wire/result-body.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import type { AuditFinding } from '../../scheduling/ledger/ledger-state.js';
import { blameFor, type TileOrigin } from '../../scheduling/policy/audit-blame.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { relativeDifferences } from '../../tensor/value-difference.js';
import type { FrameRecord } from '../frames/frame-record.js';
import { isAudited } from './audit-choice.js';
import { quarantineText } from './audit-text.js';
import type { ResultsPool } from './results-pool.js';
import type { ComputeTile, Verifier } from './verifier.js';

export interface AuditorParts {
  /** Of tiles that are run twice, above 0; */
  readonly fraction: number;
  /** and how far the two may be apart, as a share of the largest value. */
  readonly tolerance: number;
  /** What only the gateway knows. */
  readonly secret: Uint8Array;
  readonly pool: ResultsPool;
  readonly verifier: Verifier<ComputeTile>;
  readonly log: Logger;
}

const TOO_LATE = 'the frame ended, or began anew, before it could be found out who was wrong';

interface AuditedFrame {
  readonly origins: Map<number, TileOrigin>;
  /** Second results that differ, by attempt and tile, until it is known who is wrong. */
  readonly disputed: Map<string, readonly Float32Array[]>;
}

/**
 * Checks results: chooses which, compares, and where two devices differ has the gateway compute the tile itself and finds
 * out by whose fault.
 */
export class Auditor {
  readonly #parts: AuditorParts;
  readonly #frames = new Map<string, AuditedFrame>();

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** Frames of which something is here. */
  get size(): number {
    return this.#frames.size;
  }

  /** Whether another device is to run this tile as well. Asked when its result is there, so that no device can know. */
  picks(task: TaskKey): boolean {
    return isAudited(this.#parts.secret, task, this.#parts.fraction);
  }

  /** A result counts. */
  accepted({ id, generation, strategy }: FrameRecord, { tile, attempt, device, strips }: ResultBody): void {
    const usesStrips = strategyNamed(strategy).reuse === 'overlap' && generation === 1;
    // An earlier attempt may have run as well, and lent its strips.
    this.#frame(id).origins.set(tile, { device, strips: usesStrips ? strips : [], isOnlyAttempt: attempt === 1 });
  }

  /** A tile has run once more, elsewhere. */
  repeated(frame: string, tile: number): void {
    const { origins } = this.#frame(frame);
    const origin = origins.get(tile);
    if (origin !== undefined) origins.set(tile, { ...origin, isOnlyAttempt: false });
  }

  /** Whether a second result is the same as the one that counts. One that is not is kept for `find`. */
  agrees({ frame, tile, attempt, outputs }: Pick<ResultBody, 'frame' | 'tile' | 'attempt' | 'outputs'>): boolean {
    const first = this.#parts.pool.tileOf(frame, tile);
    if (first !== null && relativeDifferences(first, outputs) <= this.#parts.tolerance) return true;
    this.#frame(frame).disputed.set(keyOf(tile, attempt), outputs);
    return false;
  }

  /** Finds out which of two devices that differ is wrong; never fails. */
  async find(
    record: FrameRecord,
    { part, attempt, devices }: Extract<LedgerEffect, { kind: 'judge' }>,
  ): Promise<AuditFinding> {
    const { verifier, log, pool } = this.#parts;
    const { id, input, generation } = record;
    const facts = { frame: id, tile: part, devices };
    const first = pool.tileOf(id, part);
    // Those of this run: a frame that begins anew gets others.
    const { disputed, origins } = this.#frame(id);
    const second = disputed.get(keyOf(part, attempt));
    disputed.delete(keyOf(part, attempt));
    if (input === null || first === null || second === undefined) {
      return { kind: 'impossible', detail: TOO_LATE };
    }
    log.warn(facts, 'two devices differ: the gateway computes the tile itself');
    try {
      const isWanted = () => record.end === null && record.generation === generation;
      const dispute = { part, devices, first, second, origins, isWanted };
      const finding = await verifier.verifier(input, isWanted, (compute) => this.#compare(record, dispute, compute));
      return finding ?? { kind: 'impossible', detail: TOO_LATE };
    } catch (error) {
      log.error({ ...facts, err: error }, 'the gateway could not compute a tile that two devices differ in');
      const detail =
        `devices ${devices.join(' and ')} computed different outputs of tile ${part}, and the gateway could not find out ` +
        `which is right: ${(error as Error).message}`;
      return { kind: 'impossible', detail };
    }
  }

  /** A frame has ended, or begins anew. */
  drop(frame: string): void {
    this.#frames.delete(frame);
  }

  async #compare(
    record: FrameRecord,
    { part, devices, first, second, origins, isWanted }: Dispute,
    compute: ComputeTile,
  ): Promise<AuditFinding> {
    const { tolerance } = this.#parts;
    const own = await compute(part);
    const [checked, other] = devices;
    const found: { device: string; detail: string }[] = [];
    const say = (device: string, tile: number, deviation: number) => {
      if (found.some((one) => one.device === device)) return;
      found.push({
        device,
        detail: quarantineText({ device, frame: record.id, what: `tile ${tile}`, deviation, tolerance }),
      });
    };
    const secondDeviation = relativeDifferences(second, own);
    if (secondDeviation > tolerance) say(other, part, secondDeviation);
    const firstDeviation = relativeDifferences(first, own);
    if (firstDeviation > tolerance) {
      const deviations = new Map([[part, firstDeviation]]);
      const blame = await blameFor(
        part,
        (tile) => origins.get(tile),
        async (tile) => {
          const output = isWanted() ? this.#parts.pool.tileOf(record.id, tile) : null;
          if (output === null) throw new DeepThingsError('DT_VERIFY_TOO_LATE', TOO_LATE);
          const deviation = relativeDifferences(output, await compute(tile));
          deviations.set(tile, deviation);
          return deviation > tolerance;
        },
      );
      if (blame.kind === 'found') {
        for (const tile of blame.tiles) {
          say(tile === part ? checked : origins.get(tile)!.device, tile, deviations.get(tile)!);
        }
      } else if (found.length === 0) {
        const detail =
          `the output of tile ${part} that device ${checked} computed is wrong, and it used strips of which it is not known ` +
          'who computed them';
        return { kind: 'unclear', detail };
      }
    }
    return { kind: 'wrong', devices: found };
  }

  #frame(frame: string): AuditedFrame {
    const known = this.#frames.get(frame) ?? { origins: new Map(), disputed: new Map() };
    this.#frames.set(frame, known);
    return known;
  }
}

interface Dispute {
  readonly part: number;
  readonly devices: readonly [string, string];
  readonly first: readonly Float32Array[];
  readonly second: readonly Float32Array[];
  readonly origins: ReadonlyMap<number, TileOrigin>;
  /** Whether the frame still waits for it, with what was merged when it began. */
  readonly isWanted: () => boolean;
}

function keyOf(tile: number, attempt: number): string {
  return `${tile}#${attempt}`;
}
