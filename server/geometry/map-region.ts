import type { Region } from './region.js';

/** A region of a certain map. */
export interface MapRegion {
  readonly map: number;
  readonly region: Region;
}
