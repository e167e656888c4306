import { readFileSync } from 'node:fs';
import { normaliseOnnx } from '../../server/engine/onnxruntime/onnx-normalisation.js';
import { importOnnx } from '../../server/formats/onnx/import-onnx.js';
import { detectObjects } from '../../server/heads/decode/decode-head.js';
import type { Detection } from '../../server/heads/detection.js';
import type { DetectorFamily, HeadName } from '../../server/heads/head-family.js';
import type { InputExtent } from '../../server/heads/head-output.js';
import { preprocessingOf } from '../../server/heads/input-settings.js';
import { chooseHead, type RecognisedHead } from '../../server/heads/recognise/recognise-head.js';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { runGraph } from '../support/onnx-run.js';
import { sharedData } from '../support/shared-data.js';

/** A file of `data/models`, imported and run whole, with the head that its outputs' shapes tell. */
export interface WholeGraph {
  readonly head: RecognisedHead;
  /** @param threshold the family's usual one by default. */
  detect(picture: Uint8Array, threshold?: number): Promise<readonly Detection[]>;
}

export interface WholeGraphOptions {
  readonly asked?: HeadName;
  /** Where it is not the file's. */
  readonly size?: InputExtent;
}

export async function wholeGraph(file: string, { asked, size }: WholeGraphOptions = {}): Promise<WholeGraph> {
  const bytes = readFileSync(sharedData(`models/${file}`));
  const { graph, metadata } = await importOnnx(bytes, {
    ...{ name: file, normalise: normaliseOnnx },
    ...(size === undefined ? {} : { size }),
  });
  const [images] = graph.inputs as [string];
  const [, channels, height, width] = graph.values.get(images)!.shape as [number, number, number, number];
  const outputs = graph.outputs.map((name) => ({ name, ...graph.values.get(name)! }));
  const head = chooseHead(outputs, { width, height }, metadata, asked);
  return {
    head,
    async detect(picture, threshold) {
      const preprocessing = preprocessingOf(head.input);
      const input = { channels, height, width };
      const { data, placement } = await letterboxPicture(picture, { input, preprocessing });
      const values = { shape: [1, channels, height, width], data: normaliseBytes(data, input, preprocessing) };
      const limits = { ...head.limits, threshold: threshold ?? head.limits.threshold };
      const detector = head as RecognisedHead<DetectorFamily>;
      return detectObjects(await runGraph(graph, { [images]: values }), detector, placement, limits);
    },
  };
}
