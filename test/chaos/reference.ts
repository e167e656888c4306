import type { Schemas } from '../../client/client.js';
import { startComputeThread } from '../../server/compute/compute-thread.js';
import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { runWholeGraph, startUntiled } from '../../server/evaluation/measure/untiled.js';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { foundIn } from '../support/head-outputs.js';

type Detection = Schemas['Detection'];
type Outputs = 'tiles' | 'blocks';

/** What the untiled network makes of a picture. */
export interface Reference {
  /** Maps that devices hand over, by the outputs of the frame's strategy. */
  readonly outputs: Readonly<Record<Outputs, readonly Float32Array[]>>;
  readonly detections: readonly Detection[];
}

/** @returns by the digest of the letterboxed picture, as a frame names it, and by the bytes of the picture for frames of gangs. */
export async function computeReferences(
  config: ClusterConfig,
  pictures: readonly Uint8Array[],
): Promise<Map<string, Reference>> {
  const { network, plan } = await planCluster(config);
  const tiles = await startUntiled(config);
  const remaining = await startComputeThread({
    model: config.model,
    engine: { ...config.gateway.engine, threads: 1 },
    stage: { kind: 'remaining', depth: plan.stage.values, grid: plan.grid },
  });
  const references = new Map<string, Reference>();
  try {
    for (const picture of pictures) {
      const { data, digest, placement } = await letterboxPicture(picture, network);
      const { outputs } = await tiles.run(data);
      const head = await remaining.runRemaining(outputs.map((output) => output.slice()));
      const reference = {
        outputs: { tiles: outputs, blocks: await runWholeGraph(config, data) },
        detections: [...foundIn(head.outputs[0]!.data as Float32Array, network, placement, config.model)],
      };
      references.set(digest, reference);
      references.set(String(picture.byteLength), reference);
    }
  } finally {
    await Promise.all([tiles, remaining].map((thread) => thread.close()));
  }
  return references;
}

/** A score so near to the threshold may be on either side of it. */
const SCORE_TOLERANCE = 1e-3;
const BOX_TOLERANCE = 1e-3;

/** @returns how the detections differ; null when they agree but for scores at the threshold. */
export function detectionsDiffer(
  got: readonly Detection[],
  wanted: readonly Detection[],
  threshold: number,
): string | null {
  const missing = wanted.find(
    (detection) => isSure(detection, threshold) && !got.some((other) => same(detection, other)),
  );
  if (missing !== undefined) return `${describe(missing)} is missing`;
  const more = got.find((detection) => isSure(detection, threshold) && !wanted.some((other) => same(detection, other)));
  return more === undefined ? null : `${describe(more)} is too many`;
}

function isSure({ score }: Detection, threshold: number): boolean {
  return score > threshold + SCORE_TOLERANCE;
}

function same(a: Detection, b: Detection): boolean {
  const keys = ['cx', 'cy', 'width', 'height'] as const;
  return (
    a.label === b.label &&
    Math.abs(a.score - b.score) <= SCORE_TOLERANCE &&
    keys.every((key) => Math.abs(a.box[key] - b.box[key]) <= BOX_TOLERANCE)
  );
}

function describe({ label, score }: Detection): string {
  return `${label} ${score.toFixed(3)}`;
}
