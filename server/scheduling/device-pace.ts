/**
 * So long before the usual end of a tile the next one is made ready and given to the compute thread, which would
 * otherwise wait for it; no sooner, since what it can reuse is decided then.
 */
export const AHEAD_MS = 6;

/** Results on their way at once; the executor waits while there are as many. */
export const RESULTS_IN_FLIGHT = 8;
