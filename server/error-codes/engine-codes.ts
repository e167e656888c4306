/** What stops a node from computing: its engine, its machine, or a mistake in DeepThings. */
export const ENGINE_CODES = {
  DT_COMPUTE: { status: null, meaning: 'The compute thread failed.', remedy: 'Report it with the message.' },
  DT_COMPUTE_CLOSED: {
    status: null,
    meaning: 'The compute thread was closed while it was asked.',
    remedy: 'Nothing: the node ends.',
  },
  DT_COMPUTE_CRASHED: {
    status: null,
    meaning: 'The compute thread ended.',
    remedy: 'Give the machine more memory, or choose a finer grid.',
  },
  DT_ENDIAN: { status: null, meaning: 'The machine is not little endian.', remedy: 'Use another machine.' },
  DT_ENGINE_BLOCK: {
    status: null,
    meaning: 'A block does not fit the layers that it is for.',
    remedy: 'Report it with the message.',
  },
  DT_ENGINE_LOAD: {
    status: null,
    meaning: 'The engine cannot be loaded on this machine, or cannot run a node of the model.',
    remedy: 'Do what the message says, or choose another engine.',
  },
  DT_ENGINE_NAME: {
    status: null,
    meaning: 'There is no engine or backend of this name.',
    remedy: 'Choose one that the message names.',
  },
  DT_ENGINE_RUN: {
    status: null,
    meaning: 'The engine failed on a block.',
    remedy: 'Give the machine more memory, or choose another engine.',
  },
  DT_FINISH_TIMEOUT: {
    status: null,
    meaning: 'The layers after the fused ones were not computed in time.',
    remedy: 'Use a faster gateway or a smaller model.',
  },
  DT_HEAD_OUTPUT: {
    status: null,
    meaning: 'The output of the network does not fit its head.',
    remedy: 'Report it with the message.',
  },
  DT_VERIFY_STOPPED: {
    status: null,
    meaning: 'The gateway was stopped while it checked an output.',
    remedy: 'Nothing: the gateway ends.',
  },
  DT_VERIFY_TIMEOUT: {
    status: null,
    meaning: 'The gateway did not compute a tile for comparison in time.',
    remedy: 'Lower `audit.fraction` in `cluster.yaml`, or use a faster gateway.',
  },
  DT_VERIFY_TOO_LATE: {
    status: null,
    meaning: 'The frame ended before it was found out which output is wrong.',
    remedy: 'Nothing: the next audit finds out.',
  },
  DT_OFFER_INVALID: {
    status: null,
    meaning: 'A tile cannot offer these regions.',
    remedy: 'Run one version and one `cluster.yaml` on every machine.',
  },
  DT_TILE_INPUT: {
    status: null,
    meaning: 'The input of a tile is not of the size that the plan says.',
    remedy: 'Report it with the message.',
  },
} as const;
