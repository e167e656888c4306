import type { MapShape } from '../geometry/region.js';
import type { Graph } from '../graph/graph.js';
import type { DetectionLimits } from '../heads/detection.js';
import type { HeadFamily } from '../heads/head-family.js';
import type { Preprocessing } from './preprocessing.js';

/** A network's structure, without weights. */
export interface Network {
  readonly name: string;
  readonly input: MapShape;
  /** From the picture to what the head decodes, without weights: constants that are weights have a shape and no bytes. */
  readonly graph: Graph;
  /** What is decoded of the graph's outputs; null when they are no result. */
  readonly head: HeadFamily | null;
  /** What counts as a detection where the user says nothing. */
  readonly limits?: DetectionLimits;
  readonly preprocessing: Preprocessing;
  /** Class names in the head's order; one name for a head without classes. */
  readonly labels: readonly string[];
}
