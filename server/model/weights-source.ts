import type { NetworkWeights } from './network.js';

/** What every source of weights gives. */
export interface LoadedWeights {
  readonly weights: NetworkWeights;
  /** Tells these weights from all others, hex; the same whichever layers were asked for. */
  readonly digest: string;
}
