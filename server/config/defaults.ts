/**
 * What a cluster.yaml may leave out, in one place: the schema shows these to editors, resolving fills them in.
 * Sizes are in bytes; the grid is written as in the file.
 */
export const CLUSTER_DEFAULTS = Object.freeze({
  name: 'deepthings',
  model: { threshold: 0.5, nms: 0.45 },
  engine: { name: 'onnxruntime', threads: 1 },
  partition: { grid: '3x3', fusedDepth: 'auto' },
  schedule: {
    remaining: 'gateway',
    strategy: 'auto',
    cameraQueue: 'latest',
    order: 'adaptive',
    prefetch: 1,
    faithful: false,
    steal: { waitMs: 20_000, pollMs: 100 },
    lease: { factor: 3, floorMs: 2_000, waitingMs: 10_000, attempts: 4 },
    heartbeat: { intervalMs: 1_000, lostAfterMs: 3_500 },
    drain: { timeoutMs: 8_000 },
  },
  overlap: { via: 'peer', policy: 'cost' },
  wire: { maps: 'f32', padding: false },
  audit: { fraction: 0, tolerance: { f32: 1e-3, f16: 1e-2 } },
  gateway: { compute: 'auto' },
  device: { source: true },
  limits: {
    pictureBytes: '20MiB',
    pictureMegapixels: 50,
    queuedFrames: 32,
    framesPerSource: 2,
    frameTimeoutMs: 60_000,
    eventsKept: 1_000,
    keptOutputs: 0,
    overlapBytes: '64MiB',
  },
  tls: { mutual: false },
  store: { keepPictures: true, age: '7d', bytes: '512MiB', frames: 1_000 },
  log: { level: 'info' },
} as const);

/** Bounds of the sizes, in bytes: they may be written as text, which a schema cannot compare. */
export const SIZE_BOUNDS = Object.freeze({
  pictureBytes: { least: 2 ** 10, most: 2 ** 30 },
  overlapBytes: { least: 2 ** 20, most: 2 ** 40 },
  storeBytes: { least: 2 ** 20, most: 2 ** 44 },
});

/** Models that want another overlap limit than the rest, by name. */
export const NMS_BY_MODEL: Readonly<Record<string, number>> = Object.freeze({ 'face-detector': 0.4 });

/** The gateway's id among the nodes, which no device can have. */
export const GATEWAY_ID = 'gateway';
