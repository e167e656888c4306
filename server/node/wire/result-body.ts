import { DeepThingsError } from '../../errors.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { isEmptyRegion } from '../../geometry/region.js';
import type { ComputedTile } from '../../scheduling/device/computed-tile.js';
import { decodeMap, encodeMap, type MapType, mapTensorType } from '../../tensor/map-tensor.js';
import { regionShape } from '../../tensor/planes.js';
import { decodeSafetensors, encodeSafetensors, safetensorsBytes, type Tensor } from '../../tensor/safetensors.js';
import { formatMapRegion } from './map-blocks.js';
import { requirePlan, type WirePlan } from './task-body.js';
import { DEVICE_ID, DIGEST, FRAME_ID, MAX_ATTEMPT, wireFacts } from './wire-facts.js';

/** At most one for each side. */
const STRIPS = /^(\d{1,5}(,\d{1,5}){0,3})?$/;

/** A tile's output on its way to the gateway, and what it took. */
export interface ResultBody extends ComputedTile {
  readonly inputDigest: string;
  /** By output of the plan: the tile's share of that map, `[channels, height, width]`. */
  readonly outputs: readonly Float32Array[];
  /** Tiles whose strips it used, its own device's among them; null where nobody asks for it. */
  readonly strips: readonly number[] | null;
}

export type ResultFacts = Omit<ResultBody, 'outputs'>;

export function encodeResultBody(wirePlan: WirePlan, result: ResultBody, maps: MapType = 'f32'): Uint8Array {
  const tensors = sharesOf(wirePlan.plan, result.tile).map(({ name, output, shape }) => {
    return [name, encodeMap(result.outputs[output]!, shape, maps)] as const;
  });
  return encodeSafetensors(Object.fromEntries(tensors), resultFacts(wirePlan, result));
}

/** Length of the body of a result. */
export function resultBodyBytes(wirePlan: WirePlan, result: ResultFacts, maps: MapType): number {
  const type = mapTensorType(maps);
  const entries = sharesOf(wirePlan.plan, result.tile).map(({ name, shape }) => ({ name, type, shape }));
  return safetensorsBytes(entries, resultFacts(wirePlan, result));
}

/** The shares that a tile has of the plan's outputs, as the tensors that they travel in: named by map and region. */
function sharesOf(plan: FtpPlan, tile: number) {
  const { shares } = plan.tiles[tile]!;
  return plan.outputs.flatMap((map, output) => {
    const region = shares[output]!;
    // A map of fewer cells than tiles has none for some of them.
    if (isEmptyRegion(region)) return [];
    const { channels, height, width } = regionShape(plan.maps[map]!.channels, region);
    return [{ output, name: formatMapRegion({ map, region }), shape: [channels, height, width] }];
  });
}

function resultFacts({ digest }: WirePlan, result: ResultFacts) {
  return {
    frame: result.frame,
    tile: String(result.tile),
    generation: String(result.generation),
    attempt: String(result.attempt),
    device: result.device,
    inputDigest: result.inputDigest,
    plan: digest,
    waitMs: msText(result.waitMs),
    transferMs: msText(result.transferMs),
    overlapMs: msText(result.overlapMs),
    computeMs: msText(result.computeMs),
    inputBytes: String(result.inputBytes),
    overlapBytes: String(result.overlapBytes),
    controlBytes: String(result.controlBytes),
    macs: String(result.macs),
    ...(result.strips !== null && { strips: result.strips.join(',') }),
  };
}

/**
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_RESULT_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a result of another plan.
 */
export function decodeResultBody({ plan, digest }: WirePlan, bytes: Uint8Array): ResultBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_RESULT_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  const tile = facts.whole('tile', 0, plan.tiles.length - 1);
  return {
    frame: facts.text('frame', FRAME_ID),
    tile,
    generation: facts.whole('generation', 1, MAX_ATTEMPT),
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
    device: facts.text('device', DEVICE_ID),
    inputDigest: facts.text('inputDigest', DIGEST),
    outputs: readOutputs(plan, tile, tensors),
    waitMs: facts.amount('waitMs'),
    transferMs: facts.amount('transferMs'),
    overlapMs: facts.amount('overlapMs'),
    computeMs: facts.amount('computeMs'),
    inputBytes: facts.amount('inputBytes'),
    overlapBytes: facts.amount('overlapBytes'),
    controlBytes: facts.amount('controlBytes'),
    macs: facts.amount('macs'),
    strips: facts.has('strips') ? readStrips(facts.text('strips', STRIPS), plan.tiles.length) : null,
  };
}

function readOutputs(plan: FtpPlan, tile: number, tensors: ReadonlyMap<string, Tensor>): readonly Float32Array[] {
  const shares = sharesOf(plan, tile);
  const outputs = plan.outputs.map((): Float32Array => new Float32Array(0));
  for (const { name, output, shape } of shares) {
    const tensor = tensors.get(name);
    const values = tensor !== undefined && `${tensor.shape}` === `${shape}` ? decodeMap(tensor) : null;
    if (values !== null && tensors.size === shares.length) {
      outputs[output] = values;
      continue;
    }
    const got = tensor === undefined ? 'none' : `${tensor.type} [${tensor.shape.join(', ')}]`;
    const expected = `a tensor "${name}", F32 or F16 [${shape.join(', ')}], among ${shares.length}`;
    throw new DeepThingsError('DT_RESULT_BODY', `expected ${expected}; got ${got} among ${tensors.size}`);
  }
  return outputs;
}

function readStrips(text: string, tiles: number): readonly number[] {
  const strips = text === '' ? [] : text.split(',').map(Number);
  if (strips.every((tile) => tile < tiles)) return strips;
  throw new DeepThingsError('DT_RESULT_BODY', `expected strips to name tiles from 0 to ${tiles - 1}, got ${text}`);
}

/** Times travel to a tenth of a millisecond, the resolution of the API. */
function msText(ms: number): string {
  return String(Math.round(10 * ms) / 10);
}
