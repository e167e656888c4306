import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureBlock, InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import type { ConvolutionalLayer, MaxPoolLayer } from '../../server/formats/darknet/layers.js';
import { placePicture } from '../../server/heads/placement.js';
import { type LoadedModel, loadModel } from '../../server/model/model-source.js';
import { foundIn } from '../support/head-outputs.js';
import { type EngineGraph, loadLayers } from '../support/load-layers.js';
import { readFloats, sharedData } from '../support/shared-data.js';
import { FAST_ENGINE_CASES } from './engine-cases.js';
import { surround } from './reference-layers.js';

const folder = sharedData('yolo-lite');

interface ExpectedDetection {
  readonly label: string;
  readonly score: number;
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
}

describe('Darknet’s own numbers', () => {
  describe.each(FAST_ENGINE_CASES)('$label', ({ create }) => {
    let engine: InferenceEngine;
    let model: LoadedModel;
    let picture: FeatureBlock;

    beforeAll(async () => {
      engine = await create();
      model = await loadDetector('tiny-yolov2-trial3');
      picture = { data: readFloats(`${folder}/trial3-dog/input.f32`), shape: model.network.input };
    });

    const darknetMap = (layer: number) => readFloats(`${folder}/trial3-dog/layer${String(layer).padStart(2, '0')}.f32`);

    const load = (start: number, end: number, padding: EngineGraph['padding']) =>
      loadLayers(engine, {
        name: `layers ${start} to ${end}`,
        firstLayer: start,
        layers: model.network.layers.slice(start, end),
        weights: model.weights,
        padding,
      });

    it.each([0, 5, 7, 9, 11])('layers 0 to %i in one graph that pads', async (last) => {
      const graph = await load(0, last + 1, 'layers');
      const output = await graph.run(picture);
      await graph.release();
      expect(output.shape).toEqual(model.network.layers[last]!.output);
      expect(relativeDifference(output.data, darknetMap(last))).toBeLessThanOrEqual(TOLERANCE.f32);
    });

    it('layer by layer, padded by the caller', async () => {
      const errors: [number, number][] = [];
      let block = picture;
      for (const [index, layer] of model.network.layers.slice(0, 12).entries()) {
        const graph = await load(index, index + 1, 'caller');
        block = await graph.run(padBlock(layer as ConvolutionalLayer | MaxPoolLayer, block));
        await graph.release();
        if ([0, 5, 7, 9, 11].includes(index)) {
          errors.push([index, relativeDifference(block.data, darknetMap(index))]);
        }
      }
      expect(errors).toHaveLength(5);
      expect(errors.filter(([, error]) => !(error <= TOLERANCE.f32))).toEqual([]);
    });

    const expectDogPicture = (head: Float32Array, { network }: LoadedModel) => {
      const expected = JSON.parse(readFileSync(`${folder}/expected-detections.json`, 'utf8'));
      const placement = placePicture(768, 576, network.input, network.preprocessing.anchor);
      const detections = foundIn(head, network, placement, { threshold: expected.threshold, nms: expected.nms });
      const wanted: readonly ExpectedDetection[] = expected.detections[`${network.name}/dog.jpg`];
      expect(detections.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
      for (const [index, { score, box }] of detections.entries()) {
        const { score: wantedScore, cx, cy, w, h } = wanted[index]!;
        const differences = [score - wantedScore, box.cx - cx, box.cy - cy, box.width - w, box.height - h];
        expect(Math.max(...differences.map(Math.abs)), `detection ${index}`).toBeLessThan(1e-4);
      }
    };

    it('what is in the dog’s picture, from Darknet’s own map', () => {
      expectDogPicture(darknetMap(11), model);
    });

    it.each(['tiny-yolov2-trial3', 'tiny-yolov2-trial3-noBatch'])('what %s sees in the dog’s picture', async (name) => {
      const detector = await loadDetector(name);
      const graph = await loadLayers(engine, {
        name,
        firstLayer: 0,
        layers: detector.network.layers.slice(0, -1),
        weights: detector.weights,
        padding: 'layers',
      });
      const output = await graph.run(picture);
      await graph.release();
      expectDogPicture(output.data, detector);
    });
  });
});

function loadDetector(name: string): Promise<LoadedModel> {
  return loadModel({ cfg: `${folder}/${name}.cfg`, weights: `${folder}/${name}.weights` });
}

/** Even maps only: pooling needs nothing around. */
function padBlock(layer: ConvolutionalLayer | MaxPoolLayer, block: FeatureBlock): FeatureBlock {
  return layer.kind === 'maxpool' ? block : surround(block, layer.padding, [layer.padding, layer.padding], 0);
}
