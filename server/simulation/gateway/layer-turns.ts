import { type BodpPlan, borderRows, planBodp, publishedRows, sliceStep } from '../../geometry/modnn/bodp-plan.js';
import type { LayerChain } from '../../geometry/modnn/layer-chain.js';
import { isEmptyRegion, type Region } from '../../geometry/region.js';
import type { SentSlice } from '../body-sizes.js';

interface Turn {
  readonly attempt: number;
  readonly plan: BodpPlan;
}

/** A slice's next layer, and the rows that come with it. */
export interface SliceWork {
  readonly task: SentSlice;
  readonly input: Region;
  readonly pieces: readonly Region[];
}

/** Which rows MoDNN's gateway sends with each layer of each slice; the same plan as the nodes follow. */
export class LayerTurns {
  readonly #chain: LayerChain | null;
  readonly #turns = new Map<string, Turn>();

  /** @param chain null where frames are not computed layer by layer. */
  constructor(chain: LayerChain | null) {
    this.#chain = chain;
  }

  begin(frame: string, attempt: number, shares: readonly number[]): void {
    this.#turns.set(frame, { attempt, plan: planBodp(this.#chain!, shares) });
  }

  drop(frame: string): void {
    this.#turns.delete(frame);
  }

  /** @returns null when that attempt is past. */
  work(frame: string, source: string, slice: number, layer: number, attempt: number): SliceWork | null {
    const turn = this.#turns.get(frame);
    if (turn?.attempt !== attempt) return null;
    const { plan } = turn;
    const { input } = sliceStep(plan, layer, slice);
    const output = plan.owned[layer + 1]![slice]!;
    const publish = publishedRows(plan, layer + 1, slice);
    const pieces =
      layer > 0
        ? borderRows(plan, layer, slice).map(({ region }) => region)
        : [input].filter((region) => !isEmptyRegion(region));
    return { task: { frame, slice, layer, generation: 1, attempt, source, output, publish }, input, pieces };
  }
}
