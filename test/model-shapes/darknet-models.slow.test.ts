import { describe, expect, it } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { parseGrid } from '../../server/geometry/grid.js';
import type { Graph } from '../../server/graph/graph.js';
import { loadModel } from '../../server/model/model-source.js';
import { runGraph } from '../support/onnx-run.js';
import { pictureOf, runTiled } from './tiled-model.js';

async function graphOf(name: string, width: number, height: number): Promise<Graph> {
  const { constants, network } = await loadModel({ name, width, height, weights: 'synthetic' });
  return { ...network.graph, constants: new Map([...network.graph.constants, ...constants]) };
}

describe('Darknet’s later detectors', () => {
  it.each([
    ['yolov3-tiny', 256, 192],
    ['yolov4-tiny', 256, 192],
    ['yolov3', 192, 192],
    ['yolov4', 192, 192],
  ] as const)(
    '%s in tiles gives what it gives whole',
    async (name, width, height) => {
      const graph = await graphOf(name, width, height);
      const picture = pictureOf(graph);
      const whole = await runGraph(graph, { [graph.inputs[0]!]: picture });
      for (const grid of ['3x2', '5x5']) {
        const { outputs, share } = await runTiled(graph, picture, parseGrid(grid));
        expect(share).toBeGreaterThan(0.1);
        for (const output of graph.outputs) {
          const difference = relativeDifference(outputs.get(output)!.data, whole.get(output)!.data);
          expect({ grid, output, isClose: difference <= TOLERANCE.f32, difference }).toMatchObject({
            grid,
            output,
            isClose: true,
          });
        }
      }
    },
    120_000,
  );
});
