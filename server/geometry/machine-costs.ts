/**
 * What a frame takes besides its layers, in multiply-accumulates: as many as a small machine of 12 GMAC/s does in that time, on links of
 * 1 Gbit/s. Enough to compare plans, whatever the machine; `deepthings plan` counts with measured times. A cost is named with the
 * command that measures it.
 */
export const MACS = Object.freeze({
  /** An engine call, and getting ready what it reads: 0.3 ms (`deepthings bench calibrate`: ms a call). */
  perCall: 4_000_000,
  /** A value that is put together and padded for the engine: 5 ns, 0.4 ms a MiB on a core that is three times as fast (`node bench/one-device.mjs`). */
  perValue: 64,
  /** A byte of the maps that the gateway gets: 8 ns on the link. */
  perByteSent: 100,
  /** A message with strips: 3 ms on both sides and on the way (`node bench/exchange.mjs`: CPU of one on each side). */
  perMessage: 36_000_000,
  /** A value of a strip as F32: 50 ns, 32 of them on the link (`node bench/exchange.mjs`: 200,000 bytes less 40,000). */
  perStripValue: 600,
});
