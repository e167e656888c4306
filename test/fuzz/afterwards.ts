import { frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { detectionsDiffer, type Reference } from '../chaos/reference.js';
import { submit } from '../support/frames.js';
import type { ProcessCluster } from '../support/process-cluster.js';

/** Has each device source a frame, and compares what comes of it with the untiled network. */
export async function framesAfterwards(
  { client, config }: ProcessCluster,
  picture: Uint8Array,
  references: ReadonlyMap<string, Reference>,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { id: source } of config.devices) {
    const named = `a frame of ${source} afterwards`;
    try {
      const frame = await submit(client, picture, { source });
      const reference = references.get(frame.inputDigest ?? String(frame.picture.bytes))!;
      const difference = relativeDifference(await frameOutputs(client, frame.id), reference.outputs.tiles);
      if (!(difference <= TOLERANCE.f32)) wrong.push(`${named} differs from the untiled output by ${difference}`);
      const other = detectionsDiffer(frame.detections ?? [], reference.detections, config.model.threshold);
      if (other !== null) wrong.push(`${named} has other detections: ${other}`);
    } catch (error) {
      wrong.push(`${named} did not end well: ${(error as Error).message}`);
    }
  }
  return wrong;
}
