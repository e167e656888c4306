/**
 * What a frame takes besides its layers, in multiply-accumulates: as many as a small machine of 12 GMAC/s does in that time, on links of
 * 1 Gbit/s. Enough to compare plans, whatever the machine; `deepthings plan` counts with measured times. A cost is named with the
 * command that measures it.
 */
/** Multiply-accumulates of such a machine in a millisecond. */
export const MACS_PER_MS = 12_000_000;

export const MACS = Object.freeze({
  /** An engine call, and getting ready what it reads: 0.3 ms (`deepthings bench calibrate`: ms a call). */
  perCall: 4_000_000,
  /** A value that is put together and padded for the engine: 5 ns, 0.4 ms a MiB on a core that is three times as fast (`node bench/one-device.mjs`). */
  perValue: 64,
  /** A byte of the maps that the gateway gets: 8 ns on the link. */
  perByteSent: 100,
  /**
   * A body of strips that comes, and one that goes: 10 ms. Half of it is CPU (`deepthings bench testbed --strategy gang`: the `main` time of
   * a frame by its bodies; `node bench/exchange.mjs` has a warm one alone), half the wait until it is there.
   */
  perMessage: 120_000_000,
  /** A value of a strip as F32: 50 ns, 32 of them on the link (`node bench/exchange.mjs`: 200,000 bytes less 40,000). */
  perStripValue: 600,
});
