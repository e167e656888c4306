/** Frames that may be open at once. */
export const QUEUED_FRAMES = 24;
export const DEVICES = 3;

/** The cluster that a soak loads. It keeps little of what has ended, so that a run comes to the bounds of that soon. */
export const CLUSTER_YAML = `name: soak
model: { name: face-detector, width: 96, height: 96 }
schedule: { strategy: auto }
limits: { queuedFrames: ${QUEUED_FRAMES}, eventsKept: 500 }
store: { path: store, frames: 50 }
log: { level: warn }
`;
