import type { FusedCandidate, FusedChoice } from './fused-candidate.js';
import type { GangCandidate, GangChoice } from './gang-candidate.js';

/** One way to run a network on a cluster. */
export type Choice = FusedChoice | GangChoice;

/** A choice, and what follows from it without any clock. */
export type Candidate = FusedCandidate | GangCandidate;
