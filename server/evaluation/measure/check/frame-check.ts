import type { DeepThingsClient, Schemas } from '../../../../client/client.js';
import type { ClusterConfig } from '../../../config/cluster-config.js';
import { strategyNamed } from '../../../scheduling/strategies/strategies.js';
import { askedStrategy, type BenchStrategy } from '../bench-strategy.js';
import type { MapDifference } from '../map-difference.js';
import { areSameDetections } from './same-detections.js';
import type { UntiledReference } from './untiled-reference.js';

/** A frame that has ended. */
export interface CheckedFrame {
  readonly frame: Schemas['Frame'];
  /** As the benchmark names it. */
  readonly strategy: BenchStrategy;
  /** The number of the picture that it is of. */
  readonly picture: number;
  /** Its merged maps were kept. */
  readonly hasMaps: boolean;
}

/** Of a frame without maps that found other things. */
const WRONG: MapDifference = { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };

/**
 * Checks the frames of one cluster. Members of a gang send boxes instead of maps where outputs are not kept, as in a user's cluster: so
 * the maps of a gang's first frame of each picture are kept and compared, and later frames must find what that frame found.
 */
export class FrameCheck {
  readonly #reference: UntiledReference;
  /** Detections of a frame of a gang whose maps were compared, by strategy and picture. */
  readonly #found = new Map<string, readonly Schemas['Detection'][]>();

  constructor(reference: UntiledReference) {
    this.#reference = reference;
  }

  /** Returns whether the next frame of this strategy and picture has to keep its merged maps. */
  comparesMaps(strategy: BenchStrategy, picture: number): boolean {
    return (
      strategyNamed(askedStrategy(strategy).strategy).gang?.plan !== 'stages' ||
      !this.#found.has(keyOf(strategy, picture))
    );
  }

  /** Returns how far a frame's maps are from the untiled ones; null for a frame without maps that found the right things. */
  async check(client: DeepThingsClient, config: ClusterConfig, checked: CheckedFrame): Promise<MapDifference | null> {
    const { frame, hasMaps, picture, strategy } = checked;
    const key = keyOf(strategy, picture);
    if (!hasMaps) {
      const [got, wanted] = [frame.detections ?? [], this.#found.get(key) ?? []];
      return areSameDetections(got, wanted, config.model.threshold) ? null : WRONG;
    }
    const difference = await this.#reference.compare(client, config, frame);
    if (frame.detections !== null) this.#found.set(key, frame.detections);
    return difference;
  }
}

function keyOf(strategy: string, picture: number): string {
  return `${strategy} ${picture}`;
}
