import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import type { LayerChain } from '../../geometry/modnn/layer-chain.js';
import type { MapShape, Region } from '../../geometry/region.js';
import { containsRegion, EMPTY_REGION, isEmptyRegion, wholeMap } from '../../geometry/region.js';
import { decodeMap, encodeMap, type MapType, mapTensorType } from '../../tensor/map-tensor.js';
import { regionShape } from '../../tensor/planes.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsDocument,
  safetensorsBytes,
  type Tensor,
  type TensorEntry,
} from '../../tensor/safetensors.js';
import { formatMapRegion } from './map-blocks.js';
import { parseMapRegions } from './overlap-body.js';
import { requirePlan, type WirePlan } from './task-body.js';
import { DEVICE_ID, DIGEST, FRAME_ID, MAX_ATTEMPT, type WireFacts, wireFacts } from './wire-facts.js';

/** Rows of a map, `[channels, height, width]`: bytes of the picture, values of any other. */
export interface Rows {
  readonly region: Region;
  readonly data: Uint8Array | Float32Array;
}

interface SliceKey {
  readonly frame: string;
  readonly slice: number;
  readonly layer: number;
  readonly generation: number;
  readonly attempt: number;
}

/** One layer of one slice on its way to the slice's device (MoDNN). */
export interface SliceTaskBody extends SliceKey {
  readonly source: string;
  readonly inputDigest: string;
  /** What to compute, on map `layer + 1`; empty for a slice without rows. */
  readonly output: Region;
  /** What of it to send back. */
  readonly publish: readonly Region[];
  /** What the device lacks of map `layer`. */
  readonly pieces: readonly Rows[];
}

/** Rows of a layer's output that others need next, after the last layer the whole slice; and what they took. */
export interface SliceResultBody extends SliceKey {
  readonly device: string;
  readonly inputDigest: string;
  /** On map `layer + 1`. */
  readonly rows: readonly Rows[];
  readonly waitMs: number;
  readonly computeMs: number;
  /** Body that carried the task. */
  readonly taskBytes: number;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** @param maps how rows of feature maps travel; those of the picture are bytes. */
export function encodeSliceTask(wirePlan: WirePlan, task: SliceTaskBody, maps: MapType): Uint8Array {
  return encodeSafetensors(rowTensors(wirePlan, task.layer, task.pieces, maps), sliceTaskFacts(wirePlan, task));
}

/** Length of the body of a slice's task that brings rows of these regions. */
export function sliceTaskBytes(
  wirePlan: WirePlan,
  task: Omit<SliceTaskBody, 'pieces'>,
  pieces: readonly Region[],
  maps: MapType,
): number {
  return safetensorsBytes(rowEntries(wirePlan, task.layer, pieces, maps), sliceTaskFacts(wirePlan, task));
}

function sliceTaskFacts({ digest }: WirePlan, task: Omit<SliceTaskBody, 'pieces'>) {
  const { layer } = task;
  return {
    ...keyTexts(task),
    source: task.source,
    inputDigest: task.inputDigest,
    plan: digest,
    output: regionsText(layer + 1, isEmptyRegion(task.output) ? [] : [task.output]),
    publish: regionsText(layer + 1, task.publish),
  };
}

/**
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_TASK_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a task of another plan.
 */
export function decodeSliceTask(wirePlan: WirePlan, bytes: Uint8Array): SliceTaskBody {
  const document = decodeSafetensors(bytes);
  const facts = wireFacts(document.metadata, 'DT_TASK_BODY');
  const key = readKey(wirePlan, facts);
  const output = readRegions(wirePlan, key.layer + 1, facts, 'output')[0] ?? EMPTY_REGION;
  const publish = readRegions(wirePlan, key.layer + 1, facts, 'publish');
  if (publish.some((region) => !containsRegion(output, region))) {
    throw new DeepThingsError('DT_TASK_BODY', 'expected rows to send back that are among those to compute');
  }
  return {
    ...key,
    source: facts.text('source', DEVICE_ID),
    inputDigest: facts.text('inputDigest', DIGEST),
    output,
    publish,
    pieces: readRows(wirePlan, key.layer, document, 'DT_TASK_BODY'),
  };
}

export function encodeSliceResult(wirePlan: WirePlan, result: SliceResultBody, maps: MapType): Uint8Array {
  const rows = rowTensors(wirePlan, result.layer + 1, result.rows, maps);
  return encodeSafetensors(rows, sliceResultFacts(wirePlan, result));
}

/** Length of the body of a slice's result with rows of these regions. */
export function sliceResultBytes(
  wirePlan: WirePlan,
  result: Omit<SliceResultBody, 'rows'>,
  rows: readonly Region[],
  maps: MapType,
): number {
  return safetensorsBytes(rowEntries(wirePlan, result.layer + 1, rows, maps), sliceResultFacts(wirePlan, result));
}

function sliceResultFacts({ digest }: WirePlan, result: Omit<SliceResultBody, 'rows'>) {
  return {
    ...keyTexts(result),
    device: result.device,
    inputDigest: result.inputDigest,
    plan: digest,
    waitMs: String(result.waitMs),
    computeMs: String(result.computeMs),
    taskBytes: String(result.taskBytes),
    macs: String(result.macs),
  };
}

/**
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_RESULT_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a result of another plan.
 */
export function decodeSliceResult(wirePlan: WirePlan, bytes: Uint8Array): SliceResultBody {
  const document = decodeSafetensors(bytes);
  const facts = wireFacts(document.metadata, 'DT_RESULT_BODY');
  const key = readKey(wirePlan, facts);
  return {
    ...key,
    device: facts.text('device', DEVICE_ID),
    inputDigest: facts.text('inputDigest', DIGEST),
    rows: readRows(wirePlan, key.layer + 1, document, 'DT_RESULT_BODY'),
    waitMs: facts.amount('waitMs'),
    computeMs: facts.amount('computeMs'),
    taskBytes: facts.amount('taskBytes'),
    macs: facts.amount('macs'),
  };
}

function keyTexts({ frame, slice, layer, generation, attempt }: SliceKey) {
  const numbers = { slice, layer, generation, attempt };
  return { frame, ...Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, String(number)])) };
}

function readKey({ plan, digest }: WirePlan, facts: WireFacts): SliceKey {
  requirePlan(digest, facts.text('plan', DIGEST));
  return {
    frame: facts.text('frame', FRAME_ID),
    slice: facts.whole('slice', 0, 65_535),
    layer: facts.whole('layer', 0, chainOf(plan).depth - 1),
    generation: facts.whole('generation', 1, MAX_ATTEMPT),
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
  };
}

/** @throws DeepThingsError `DT_TASK_BODY` where the plan is of a graph that branches. */
function chainOf({ chain, stage }: WirePlan['plan']): LayerChain {
  if (chain !== null) return chain;
  throw new DeepThingsError('DT_TASK_BODY', `${stage.graph.name} is no chain of layers, and this is a slice of one`);
}

function regionsText(map: number, regions: readonly Region[]): string {
  return regions.map((region) => formatMapRegion({ map, region })).join(';');
}

function readRegions({ plan }: WirePlan, map: number, facts: WireFacts, name: string): Region[] {
  const text = facts.text(name, /^[\d:,;]{0,4096}$/);
  if (text === '') return [];
  return parseMapRegions(text).map((entry) => requireRows(chainOf(plan).maps[map]!, map, entry, 'DT_TASK_BODY'));
}

function requireRows(shape: MapShape, map: number, entry: { map: number; region: Region }, code: ErrorCode): Region {
  if (entry.map === map && containsRegion(wholeMap(shape), entry.region)) return entry.region;
  throw new DeepThingsError(code, `expected regions of map ${map}, got ${formatMapRegion(entry)}`);
}

/** Rows as tensors, each under its region's name. */
function rowTensors(wirePlan: WirePlan, map: number, rows: readonly Rows[], maps: MapType): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { region, data } of rows) {
    const { name, shape } = rowEntry(wirePlan, map, region, maps);
    tensors[name] = data instanceof Uint8Array ? { type: 'U8', shape, data } : encodeMap(data, shape, maps);
  }
  return tensors;
}

function rowEntries(wirePlan: WirePlan, map: number, regions: readonly Region[], maps: MapType): TensorEntry[] {
  return regions.map((region) => rowEntry(wirePlan, map, region, maps));
}

/** Map 0 is the picture. */
function rowEntry({ plan }: WirePlan, map: number, region: Region, maps: MapType): TensorEntry {
  const { channels, height, width } = regionShape(chainOf(plan).maps[map]!.channels, region);
  const type = map === 0 ? 'U8' : mapTensorType(maps);
  return { name: formatMapRegion({ map, region }), type, shape: [channels, height, width] };
}

function readRows({ plan }: WirePlan, map: number, { tensors }: SafetensorsDocument, code: ErrorCode): Rows[] {
  const shape = chainOf(plan).maps[map]!;
  return [...tensors].map(([name, tensor]) => {
    if (!/^\d{1,3}:\d{1,5}(,\d{1,5}){3}$/.test(name)) {
      throw new DeepThingsError(code, `expected tensors named by regions, got ${JSON.stringify(name.slice(0, 64))}`);
    }
    const region = requireRows(shape, map, parseMapRegions(name)[0]!, code);
    const { channels, height, width } = regionShape(shape.channels, region);
    const type = map === 0 ? 'U8' : tensor.type === 'F16' ? 'F16' : 'F32';
    const expected = `${type} [${channels}, ${height}, ${width}]`;
    const got = `${tensor.type} [${tensor.shape.join(', ')}]`;
    if (got !== expected) throw new DeepThingsError(code, `expected ${name} to be ${expected}, got ${got}`);
    return { region, data: decodeMap(tensor) ?? (tensor.data as Uint8Array) };
  });
}
