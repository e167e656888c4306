import { writeFile } from 'node:fs/promises';
import type { Normalise } from '../../../compute/tile-executor.js';
import { createEngine } from '../../../engine/engines.js';
import type { InferenceEngine, Tensor } from '../../../engine/inference-engine.js';
import { DeepThingsError } from '../../../errors.js';
import type { Graph } from '../../../graph/graph.js';
import { classifyOutput, detectObjects } from '../../../heads/decode/decode-head.js';
import type { HeadName } from '../../../heads/head-family.js';
import { preprocessingOf } from '../../../heads/input-settings.js';
import { chooseHead, type RecognisedHead } from '../../../heads/recognise/recognise-head.js';
import { annotatePicture } from '../../../imaging/annotate/annotate.js';
import { letterboxPicture } from '../../../imaging/letterbox.js';
import { inspectPicture } from '../../../imaging/picture-header.js';
import { readOnnxFile } from '../../../model-files/onnx-file.js';
import { normaliseBytes } from '../../../tensor/normalise.js';
import { readPicture } from '../../submit/picture-file.js';
import { formatDuration } from '../../terminal/quantities.js';
import { paint, plainText, printJson, printLine } from '../../terminal/terminal.js';
import { type Column, textTable } from '../../terminal/text-table.js';
import { parseSize } from './input-size.js';
import { checkTiles } from './tiles-check.js';

export interface CheckOptions {
  readonly size?: string;
  readonly head?: HeadName;
  readonly threshold?: number;
  readonly grid?: string;
  readonly annotated?: string;
  readonly json?: boolean;
}

/** Pictures of any camera. */
const LIMITS = { pictureBytes: 2 ** 30, pictureMegapixels: 200 };

/** `deepthings model check`: runs an ONNX file on a picture, whole, and says what it finds. */
export async function runModelCheck(path: string, picturePath: string, options: CheckOptions): Promise<void> {
  const { graph, metadata, takesBytes } = await readOnnxFile(
    path,
    options.size === undefined ? {} : { size: parseSize(options.size) },
  );
  const input = mapOf(graph);
  const outputs = graph.outputs.map((name) => ({ name, ...graph.values.get(name)! }));
  const head = chooseHead(outputs, { ...input, takesBytes }, metadata, options.head);
  const { bytes } = await readPicture(picturePath, null);
  await inspectPicture(bytes, LIMITS);
  const preprocessing = preprocessingOf(head.input);
  const { data, placement } = await letterboxPicture(bytes, { input, preprocessing });
  const normalise: Normalise = (bytes, shape) => normaliseBytes(bytes, shape, preprocessing);
  const tensor: Tensor = { shape: [1, 3, input.height, input.width], data: normalise(data, input) };
  const engine = await createEngine('onnxruntime', { threads: 1 });
  const { found, ms } = await runWhole(engine, graph, tensor);
  const results = resultsOf(found, head, placement, options.threshold);
  const tiles =
    options.grid === undefined ? null : await checkTiles(engine, graph, data, normalise, found, options.grid);
  if (options.annotated !== undefined) {
    const drawn = await annotatePicture(bytes, results.detections ?? [], { classes: results.classification ?? [] });
    await writeFile(options.annotated, drawn).catch((cause) => {
      throw new DeepThingsError('DT_OUT_FILE', `cannot write ${options.annotated}: ${cause.message}`, { cause });
    });
  }
  if (options.json) {
    printJson({ model: graph.name, head: head.family.kind, input: head.input, ms, ...results, tiles });
    return;
  }
  printLine(headText(graph, head));
  printLine(`${plainText(picturePath)}: ${countText(results)} in ${formatDuration(ms)}, one thread, whole`);
  const table = tableOf(results);
  if (table !== '') printLine(`\n${table}`);
  if (tiles !== null) printLine(`\n${tiles.text}`);
}

/** The picture of a graph, its only input. */
function mapOf({ inputs, values }: Graph) {
  const [, channels, height, width] = values.get(inputs[0]!)!.shape as [number, number, number, number];
  return { channels, height, width };
}

async function runWhole(engine: InferenceEngine, graph: Graph, picture: Tensor) {
  const network = await engine.loadGraph(graph);
  try {
    const inputs = new Map([[graph.inputs[0]!, picture]]);
    await network.run(inputs);
    // The first run of a library is no measure.
    const startedMs = performance.now();
    const found = await network.run(inputs);
    return { found, ms: performance.now() - startedMs };
  } finally {
    await network.release();
  }
}

function resultsOf(
  found: ReadonlyMap<string, Tensor>,
  head: RecognisedHead,
  placement: Parameters<typeof detectObjects>[2],
  threshold = head.limits.threshold,
) {
  const outputs = found as Parameters<typeof detectObjects>[0];
  const { family, labels } = head;
  if (family.kind === 'classifier') {
    return { classification: classifyOutput(outputs, { family, labels }), detections: null };
  }
  const limits = { ...head.limits, threshold };
  return { classification: null, detections: detectObjects(outputs, { family, labels }, placement, limits) };
}

type Results = ReturnType<typeof resultsOf>;

function headText(graph: Graph, { family, input, labels, limits }: RecognisedHead): string {
  const placed = input.anchor === 'stretch' ? 'stretched' : `letterboxed (${input.anchor})`;
  const classes = labels.length <= 3 ? labels.map(plainText).join(', ') : `${labels.length} classes`;
  const colours = `${input.order.toUpperCase()}, scale ${Number(input.scale.toPrecision(4))}`;
  const bold = paint(process.stdout, 'bold', plainText(graph.name));
  return `${bold}: head ${family.kind}, ${classes}; picture ${placed}, ${colours}; threshold ${limits.threshold}`;
}

function countText({ classification, detections }: Results): string {
  if (classification !== null) return `${plainText(classification[0]!.label)} ${classification[0]!.score.toFixed(2)}`;
  return detections.length === 0 ? 'nothing found' : `${detections.length} found`;
}

const COLUMNS: readonly Column[] = [
  { title: 'label', style: 'green' },
  ...['score', 'x', 'y', 'width', 'height'].map((title): Column => ({ title, align: 'right' })),
];

function tableOf({ classification, detections }: Results): string {
  if (classification !== null) {
    const rows = classification.map(({ label, score }) => [plainText(label), score.toFixed(3)]);
    return textTable(COLUMNS.slice(0, 2), rows);
  }
  if (detections.length === 0) return '';
  const rows = detections.map(({ label, pixels: { height, width, x, y }, score }) => {
    return [plainText(label), score.toFixed(2), ...[x, y, width, height].map((pixels) => String(Math.round(pixels)))];
  });
  return textTable(COLUMNS, rows);
}
