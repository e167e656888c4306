import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { readModel } from '../../../server/formats/onnx/file/read-model.js';
import { writeModel } from '../../../server/formats/onnx/file/write-model.js';
import { fixInputs } from '../../../server/formats/onnx/fix-inputs.js';
import { type ImportOptions, importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { elementCount, type Graph } from '../../../server/graph/graph.js';
import { largestDifference, runGraph, runWritten } from '../../support/onnx-run.js';
import { sharedData } from '../../support/shared-data.js';

const SIZE = { height: 320, width: 416 };

const MODELS: readonly (readonly [file: string, nodes: number, size: ImportOptions['size']])[] = [
  ['centerface.onnx', 122, SIZE],
  ['nanodet-g-416.onnx', 101, undefined],
  ['picodet-layout-800x608.onnx', 521, undefined],
  ['ppocr-v4-det.onnx', 328, SIZE],
  ['ssdlite-mobilenetv2-300.onnx', 167, undefined],
  ['yolox-tiny-416-1class.onnx', 277, undefined],
];

function picture(graph: Graph) {
  const [name] = graph.inputs as [string];
  const { shape } = graph.values.get(name)!;
  const data = Float32Array.from(
    { length: elementCount(shape) },
    (_, i) => Math.sin(i * 0.37) * Math.cos(i / 5000) * 2,
  );
  return { [name]: { shape, data } };
}

describe.each(MODELS)('%s', (file, nodes, size) => {
  const bytes = readFileSync(sharedData(`models/${file}`));
  /** The file with the sizes that are asked for, nothing else changed; all values are outputs if so wished. */
  const fixed = (all: Iterable<string> = []) => {
    const { graph, irVersion } = readModel(bytes);
    const names = new Set([...graph.outputs.map(({ name }) => name), ...all]);
    const outputs = [...names].map((name) => ({ name, dataType: 0, dims: null }));
    const { picture } = fixInputs(readModel(bytes), size ?? {});
    const parts = { inputs: [picture], outputs, external: new Map(), nodes: [], constants: [] };
    return writeModel(bytes, irVersion, parts);
  };

  test('has the nodes and the outputs of the file as the engine simplifies it', async () => {
    const { graph } = await importOnnx(bytes, { name: file, normalise: normaliseOnnx, size });
    expect(graph.nodes).toHaveLength(nodes);
    const computed = await runGraph(graph, picture(graph));
    const original = await runWritten(fixed(), picture(graph));
    expect([...computed.keys()]).toEqual(graph.outputs);
    // Batch normalisation is computed in another order: 1e-5 in CenterFace.
    expect(largestDifference(original, computed)).toBeLessThan(3e-5);
  });

  test('has for every value the shape that the engine computes', async () => {
    const { graph } = await importOnnx(bytes, { name: file, normalise: normaliseOnnx, size });
    const inFile = new Set(readModel(bytes).graph.nodes.flatMap((node) => node.outputs));
    const inner = [...graph.values.keys()].filter((name) => inFile.has(name));
    const computed = await runWritten(fixed(inner), picture(graph));
    expect(inner.length).toBeGreaterThan(nodes * 0.9);
    for (const name of inner) expect([name, graph.values.get(name)!.shape]).toEqual([name, computed.get(name)!.shape]);
  });
});
