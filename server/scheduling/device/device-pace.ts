/**
 * As long before the compute thread would have nothing left to do it is given the next tile; no sooner, since what a tile
 * can reuse is decided then, and nobody can steal it any more.
 */
export const AHEAD_MS = 6;

/**
 * Tiles that the compute thread has at most beside the one that it computes. Small ones take less time than what the main
 * thread has to do between them.
 */
export const TILES_AHEAD = 3;

/** Results on their way at once; the executor waits while there are as many. */
export const RESULTS_IN_FLIGHT = 8;
