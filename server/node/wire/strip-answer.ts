import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { cropRegion } from '../../tensor/planes.js';
import { HttpProblem } from '../problems/problem.js';
import type { StripPool } from '../strip-pool.js';
import { encodeStrips, parseMapRegions } from './overlap-body.js';

/** Who asks for strips, and for which. */
export interface StripQuestion {
  readonly frame: string;
  /** The consumer. */
  readonly tile: number;
  /** As in the query, `4:0,10,20,12;6:0,5,10,6`. */
  readonly regions: string;
}

/**
 * What `GET /overlap/{frame}/{tile}` answers: the strips that a pool has, the others named as missing.
 *
 * @throws HttpProblem `DT_TILE_UNKNOWN`
 * @throws DeepThingsError `DT_REGION` for an empty region.
 */
export function answerStrips(plan: FtpPlan, pool: StripPool, question: StripQuestion, maps: MapType): Uint8Array {
  const { frame, tile, regions } = question;
  if (plan.tiles[tile] === undefined) throw new HttpProblem('DT_TILE_UNKNOWN', `there is no tile ${tile}`);
  const there = [];
  const missing = [];
  for (const wanted of parseMapRegions(regions)) {
    const strip = pool.find(plan, frame, tile, wanted);
    if (strip === null) missing.push(wanted);
    else {
      const { channels } = plan.maps[wanted.map]!;
      there.push({ ...wanted, data: cropRegion(strip.data, channels, strip.region, wanted.region) });
    }
  }
  return encodeStrips(plan, there, missing, maps);
}
