import { expect } from 'vitest';
import { loadBlockExecutor } from '../../server/compute/gang/block-executor.js';
import { loadRemainingGraph } from '../../server/compute/remaining-graph.js';
import type { Normalise } from '../../server/compute/tile-executor.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { chooseEnds } from '../../server/geometry/gang/choose-ends.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { detectObjects } from '../../server/heads/decode/decode-head.js';
import type { DetectorFamily } from '../../server/heads/head-family.js';
import type { HeadOutputs } from '../../server/heads/head-output.js';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import { loadModel } from '../../server/model-files/load-model.js';
import type { ModelSpec } from '../../server/model-files/model-spec.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { runGang } from './gang.js';
import { runWhole } from './tiled-graph.js';

/** Gangs by their members' shares of the rows: of 1, 2, 3, 4 and 6, equal and unequal. */
const GANGS: readonly (readonly number[])[] = [
  [1],
  [1, 1],
  [3, 1],
  [1, 1, 1],
  [2, 1, 4],
  [1, 1, 1, 1],
  [4, 1, 2, 3],
  [1, 1, 1, 1, 1, 1],
  [3, 1, 2, 2, 1, 4],
];

export interface GangModelCase {
  readonly spec: ModelSpec;
  readonly picture: Uint8Array;
  /** From which score a box counts; low for made weights. */
  readonly threshold: number;
  /** Scores of boxes that are compared with F16 are this far above the threshold, where none comes or goes by rounding; null: none are compared. */
  readonly f16Above: number | null;
}

/**
 * Compares a detector of gangs with its graph run whole, with strips and results as F32 and as F16: the maps that the gang hands over,
 * the graph's outputs, and the detections.
 *
 * @returns how many detections were compared.
 */
export async function compareGangs(engine: InferenceEngine, { f16Above, picture, spec, threshold }: GangModelCase) {
  const { graph, network } = await loadModel(spec);
  const { input, labels, preprocessing } = network;
  const normalise: Normalise = (bytes, shape) => normaliseBytes(bytes, shape, preprocessing);
  const { data, placement } = await letterboxPicture(picture, { input, preprocessing });
  const detect = (outputs: HeadOutputs) =>
    detectObjects(outputs, { family: network.head as DetectorFamily, labels }, placement, { threshold, nms: 0.45 });
  const whole = planGang(graph, () => []);
  const { stage } = whole;
  const right = await runWhole(engine, graph, stage.values, normalise(data, input));
  const expected = detect(right);
  const [executor, rest] = [await loadBlockExecutor(engine, whole, normalise), await loadRemainingGraph(engine, stage)];
  for (const shares of GANGS) {
    const plan = planGang(graph, (all) => chooseEnds(all, shares.length));
    for (const wire of ['f32', 'f16'] as const) {
      const name = `${spec.name ?? spec.onnx}, shares ${shares.join(':')}, ${wire}`;
      const { merged } = await runGang(engine, {
        ...{ plan, bands: bandsOf(shares), picture: data, normalise, executor, wire },
      });
      const outputs = await rest.run(merged);
      for (const [i, value] of stage.values.entries()) {
        const difference = relativeDifference(merged[i]!, right.get(value)!.data as Float32Array);
        expect(difference, `${name}: ${value}`).toBeLessThanOrEqual(TOLERANCE[wire]);
      }
      for (const output of outputs) {
        const difference = relativeDifference(
          output.data as Float32Array,
          right.get(output.name)!.data as Float32Array,
        );
        expect(difference, `${name}: ${output.name}`).toBeLessThanOrEqual(TOLERANCE[wire]);
      }
      const found = detect(new Map(outputs.map((output) => [output.name, output])));
      const above = wire === 'f32' ? 0 : f16Above;
      if (above === null) continue;
      const digits = wire === 'f32' ? 4 : 2;
      const isFar = ({ score }: { readonly score: number }) => score >= threshold + above;
      expect(found.filter(isFar).length, name).toBe(expected.filter(isFar).length);
      for (const [i, one] of expected.filter(isFar).entries()) {
        expect(found[i]!.label, name).toBe(one.label);
        expect(found[i]!.score, name).toBeCloseTo(one.score, digits);
        for (const side of ['cx', 'cy', 'width', 'height'] as const) {
          expect(found[i]!.box[side], name).toBeCloseTo(one.box[side], digits);
        }
      }
    }
  }
  await Promise.all([executor.release(), rest.release()]);
  return expected.length;
}
