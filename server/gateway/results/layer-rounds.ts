import { DeepThingsError } from '../../errors.js';
import { type BodpPlan, borderRows, planBodp, publishedRows, sliceStep } from '../../geometry/modnn/bodp-plan.js';
import { containsRegion, isEmptyRegion, type Region, wholeMap } from '../../geometry/region.js';
import type { Rows, SliceResultBody, SliceTaskBody } from '../../node/wire/slice-body.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import { cropRegion } from '../../tensor/planes.js';
import type { FrameRecord } from '../frames/frame-record.js';
import type { ResultsPool } from './results-pool.js';

/** One attempt of a layered frame. */
interface Round {
  readonly attempt: number;
  readonly plan: BodpPlan;
  /** By map: the border rows that its slices have sent, until the next layer has been given out. */
  readonly rows: Map<number, readonly Rows[]>;
}

/**
 * The gateway's share of MoDNN: it gives each slice what its device lacks of a layer's input, and collects from each
 * what others lack of its output (paper section V.B). One round for each frame that is computed so.
 */
export class LayerRounds {
  readonly #wirePlan: WirePlan;
  readonly #results: ResultsPool;
  readonly #rounds = new Map<string, Round>();

  constructor(wirePlan: WirePlan, results: ResultsPool) {
    this.#wirePlan = wirePlan;
    this.#results = results;
  }

  /** Frames that are being computed so. */
  get size(): number {
    return this.#rounds.size;
  }

  /** @param shares how fast the slices' devices are, one compared with the other. */
  begin(frame: string, attempt: number, shares: readonly number[]): void {
    this.#results.take(frame);
    const plan = planBodp(this.#wirePlan.plan.chain!, shares);
    this.#rounds.set(frame, { attempt, plan, rows: new Map() });
  }

  drop(frame: string): void {
    this.#rounds.delete(frame);
  }

  /** What a slice's device is to compute next; null when that is past. */
  task({ id, source, inputDigest, input, generation }: FrameRecord, slice: number, layer: number, attempt: number) {
    const round = this.#rounds.get(id);
    if (round === undefined || round.attempt !== attempt || input === null || inputDigest === null) return null;
    const { plan } = round;
    const body: SliceTaskBody = {
      ...{ frame: id, slice, layer, generation, attempt, source, inputDigest },
      output: plan.owned[layer + 1]![slice]!,
      publish: publishedRows(plan, layer + 1, slice),
      pieces: layer === 0 ? this.#picture(plan, slice, input) : this.#border(round, layer, slice),
    };
    return body;
  }

  /**
   * Keeps what a slice has sent: border rows for the next layer, after the last one the slice itself.
   *
   * @throws DeepThingsError `DT_RESULT_BODY` when these are not the rows that were asked for.
   */
  place({ frame, slice, layer, rows }: SliceResultBody): void {
    const round = this.#rounds.get(frame)!;
    const { plan } = round;
    const map = layer + 1;
    const wanted = slice < plan.slices ? publishedRows(plan, map, slice) : [];
    const whole =
      wanted.length === rows.length && wanted.every((region) => rows.some((row) => same(row.region, region)));
    if (!whole) throw new DeepThingsError('DT_RESULT_BODY', `expected the rows of slice ${slice} that others need`);
    if (map === plan.depth) {
      for (const { region, data } of rows) this.#results.placeRows(frame, region, data as Float32Array);
      return;
    }
    round.rows.delete(map - 1);
    round.rows.set(map, [...(round.rows.get(map) ?? []), ...rows]);
  }

  #picture(plan: BodpPlan, slice: number, picture: Uint8Array): readonly Rows[] {
    const { input: region } = sliceStep(plan, 0, slice);
    if (isEmptyRegion(region)) return [];
    const map = plan.maps[0]!;
    return [{ region, data: cropRegion(picture, map.channels, wholeMap(map), region) }];
  }

  #border({ plan, rows }: Round, layer: number, slice: number): readonly Rows[] {
    return borderRows(plan, layer, slice).map(({ region }) => {
      const there = rows.get(layer)?.find((row) => containsRegion(row.region, region));
      if (there === undefined) throw new DeepThingsError('DT_ROWS_MISSING', `no slice sent the rows of layer ${layer}`);
      const { channels } = plan.maps[layer]!;
      return { region, data: cropRegion(there.data as Float32Array, channels, there.region, region) };
    });
  }
}

function same(a: Region, b: Region): boolean {
  return a.x0 === b.x0 && a.x1 === b.x1 && a.y0 === b.y0 && a.y1 === b.y1;
}
