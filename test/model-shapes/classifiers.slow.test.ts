import { describe, expect, test } from 'vitest';
import { describeGraph } from '../../server/cli/model/describe-graph.js';
import { ofFile } from '../../server/cli/model/inspect-command.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { classifyOutput } from '../../server/heads/decode/decode-head.js';
import type { ClassifierFamily } from '../../server/heads/head-family.js';
import { chooseHead, type RecognisedHead } from '../../server/heads/recognise/recognise-head.js';
import { runFile, runGraph } from '../support/onnx-run.js';
import { classifierFile, denseNet121, resNet50, squeezeNet } from './classifier-files.js';
import { imported, outputsOf, pictureOf, runTiled } from './tiled-model.js';

const SIZE = { height: 224, width: 224 };

// Full depth, at a quarter of the published networks' widths or less.
describe.each([
  ['ResNet-50', resNet50, 16, '512 x 7 x 7'],
  ['SqueezeNet', squeezeNet, 32, '1000 x 13 x 13'],
  ['DenseNet-121', denseNet121, 16, '256 x 7 x 7'],
] as const)('%s with random weights, narrower', (_, body, channels, last) => {
  test('gives the same five classes whole and in tiles, which end before the mean of the last map', async () => {
    const bytes = classifierFile(body, { seed: 11, channels, ...SIZE });
    const model = await imported(bytes);
    const { graph, metadata } = model;
    const head = chooseHead(outputsOf(graph), SIZE, metadata) as RecognisedHead<ClassifierFamily>;
    expect(head.family).toMatchObject({ kind: 'classifier', classes: 1000 });
    const picture = pictureOf(graph);
    const [output] = graph.outputs as [string];
    const original = await runFile(bytes, { images: picture });
    const whole = await runGraph(graph, { images: picture });
    // Batch normalisation is folded into convolutions, in another order.
    expect(relativeDifference(whole.get(output)!.data, original.get(output)!.data)).toBeLessThanOrEqual(
      5 * TOLERANCE.f32,
    );
    const five = classifyOutput(whole as Parameters<typeof classifyOutput>[0], head);
    expect(new Set(five.map(({ score }) => score)).size).toBe(5);
    expect(model).toBeDefined();
    const text = describeGraph(ofFile(model));
    expect(text).toMatch(/stage ends before GlobalAveragePool ".*": it pools the whole map/);
    expect(text).toMatch(/head +classifier \(1000 classes\)/);
    expect(text).toContain(last);
    for (const grid of [
      { rows: 3, columns: 2 },
      { rows: 5, columns: 5 },
    ]) {
      const tiled = await runTiled(graph, picture, grid);
      expect(tiled.share).toBeGreaterThan(0.5);
      expect(relativeDifference(tiled.outputs.get(output)!.data, whole.get(output)!.data)).toBeLessThanOrEqual(
        TOLERANCE.f32,
      );
      const again = classifyOutput(tiled.outputs as Parameters<typeof classifyOutput>[0], head);
      expect(again.map(({ classIndex }) => classIndex)).toEqual(five.map(({ classIndex }) => classIndex));
    }
  }, 120_000);
});
