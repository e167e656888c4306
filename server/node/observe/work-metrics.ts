import type { NodeMeters } from './node-meters.js';

const TILE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STAGE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const FRAME_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Frames, their tiles, and what is kept of them. */
export function workMetrics(meters: NodeMeters) {
  return {
    tileCompute: meters.seconds('tile_compute', 'Computation of one tile', TILE_SECONDS),
    tileTransfer: meters.seconds('tile_transfer', 'From asking a victim for a task to having it', TILE_SECONDS),
    tileWait: meters.seconds('tile_wait', 'From having a task to starting it', TILE_SECONDS),
    frameDuration: meters.seconds('frame', 'From accepting a frame to its end', FRAME_SECONDS, 'state'),
    /** On the gateway. */
    framesDropped: meters.counter(
      'frames_dropped',
      'Frames that a newer one of their camera replaced before they began',
    ),
    fusedDuration: meters.seconds(
      'frame_fused',
      'From the letterboxed picture at its source to the merged fused stack',
      FRAME_SECONDS,
    ),
    remainingDuration: meters.seconds('frame_remaining', 'The remaining layers and the head', FRAME_SECONDS),
    /** On the gateway. */
    remaining: meters.counter('remaining_layers', 'Frames whose remaining layers were computed, by where', 'where'),
    pending: meters.gauge('pending_tasks', 'Tasks in the queue'),
    steals: meters.counter(
      'steals',
      'Tasks stolen: taken from others, given to others, asked for in vain',
      'direction',
    ),
    gangs: meters.counter(
      'gangs_formed',
      'Gangs formed, by strategy; a frame that begins again has another gang',
      'strategy',
    ),
    /** On the gateway. */
    gangAttempts: meters.counter(
      'gang_attempts',
      'Gangs by how they ended: computed, or the reason why the frame had to begin again',
      'outcome',
    ),
    stripBodies: meters.counter('strip_bodies', 'Bodies of strips that members of gangs sent each other', 'direction'),
    stripBytes: meters.counter('strip_bytes', 'Bytes of these bodies', 'direction'),
    stripWait: meters.seconds(
      'gang_strip_wait',
      'Wait of a member for strips before a stage of a gang that reads some',
      STAGE_SECONDS,
    ),
    stageCompute: meters.seconds('gang_stage_compute', 'Computation of one stage of a gang by a member', STAGE_SECONDS),
    results: meters.counter('results', 'Tile outputs by what became of them', 'verdict'),
    storeFailures: meters.counter('store_failures', 'What could not be written to the store', 'what'),
    /** Shows what something holds of open frames, as of each look: nothing, when no frame is open. */
    holds: meters.watched(
      'held',
      'What is held for open frames, by what: nothing of a frame that has ended stays',
      'what',
    ),
  };
}
