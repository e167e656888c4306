import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ElementType } from '../../server/graph/graph.js';
import type { HeadOutput, HeadOutputs, InputExtent } from '../../server/heads/head-output.js';
import { preprocessingOf } from '../../server/heads/input-settings.js';
import { chooseHead, type RecognisedHead } from '../../server/heads/recognise/recognise-head.js';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import type { Placement } from '../../server/model/heads/placement.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { sharedData } from '../support/shared-data.js';

/** A file of `data/models`, run whole by onnxruntime, with the head that its outputs' shapes tell. */
export interface WholeGraph {
  readonly head: RecognisedHead;
  run(picture: Uint8Array): Promise<{ readonly outputs: HeadOutputs; readonly placement: Placement }>;
}

export interface WholeGraphOptions {
  readonly asked?: RecognisedHead['family']['kind'];
  /** Of a file with a dynamic input. */
  readonly input?: InputExtent;
}

export async function wholeGraph(file: string, options: WholeGraphOptions = {}): Promise<WholeGraph> {
  const session = await InferenceSession.create(readFileSync(sharedData(`models/${file}`)), { logSeverityLevel: 3 });
  const [images] = session.inputMetadata;
  if (!images?.isTensor) throw new Error(`${file} has no tensor as input`);
  const [, , height, width] = images.shape as number[];
  const input = options.input ?? { height: height!, width: width! };
  const run = async (data: Float32Array) => {
    const results = await session.run({ [images.name]: new Tensor(data, [1, 3, input.height, input.width]) });
    return new Map(
      session.outputNames.map((name): [string, HeadOutput] => {
        const { data: values, dims } = results[name]!;
        return [name, { shape: dims, data: values as Float32Array }];
      }),
    );
  };
  // What a file says of its outputs' shapes may be of another input.
  const zeros = await run(new Float32Array(3 * input.height * input.width));
  const shapes = [...zeros].map(([name, { shape }]) => ({ name, shape, type: 'float32' as ElementType }));
  const head = chooseHead(shapes, input, new Map(), options.asked);
  return {
    head,
    async run(bytes) {
      const preprocessing = preprocessingOf(head.input);
      const shape = { channels: 3, ...input };
      const picture = await letterboxPicture(bytes, { input: shape, preprocessing });
      return { outputs: await run(normaliseBytes(picture.data, shape, preprocessing)), placement: picture.placement };
    },
  };
}
