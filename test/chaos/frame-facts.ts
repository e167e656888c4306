import type { Schemas } from '../../client/client.js';
import { relativeDifference } from '../../server/evaluation/measure/map-difference.js';
import { strategyNamed } from '../../server/scheduling/strategies/strategies.js';
import type { FrameFacts } from './facts.js';
import { detectionsDiffer, type Reference } from './reference.js';

/** What the checker has to know of one frame. */
export function factsOfFrame(
  frame: Schemas['Frame'],
  trace: Schemas['FrameTrace'],
  output: readonly Float32Array[] | null,
  references: ReadonlyMap<string, Reference>,
  threshold: number,
): FrameFacts {
  const reference = references.get(frame.inputDigest ?? String(frame.picture.bytes));
  const attempts = Math.max(0, ...trace.tiles.flatMap(({ history }) => history.map(({ attempt }) => attempt ?? 0)));
  const { detections } = frame;
  const outputs = strategyNamed(frame.strategy).gang?.plan === 'stages' ? 'blocks' : 'tiles';
  return {
    frame,
    known: reference !== undefined,
    difference:
      output === null || reference === undefined ? null : relativeDifference(output, reference.outputs[outputs]),
    detections:
      detections === null || reference === undefined
        ? null
        : detectionsDiffer(detections, reference.detections, threshold),
    attempts,
  };
}
