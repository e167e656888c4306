import { DeepThingsError } from '../../errors.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { encodeMap, type MapType, mapTensorType } from '../../tensor/map-tensor.js';
import { regionShape } from '../../tensor/planes.js';
import { decodeSafetensors, encodeSafetensors, safetensorsBytes } from '../../tensor/safetensors.js';
import { requireMap } from './map-body.js';
import { requirePlan, type WirePlan } from './task-body.js';
import { DEVICE_ID, DIGEST, FRAME_ID, MAX_ATTEMPT, wireFacts } from './wire-facts.js';

/** At most one for each side. */
const STRIPS = /^(\d{1,5}(,\d{1,5}){0,3})?$/;

/** A tile's output on its way to the gateway, and what it took. */
export interface ResultBody extends TaskKey {
  readonly device: string;
  readonly inputDigest: string;
  /** The tile's share of the fused stack's output, `[channels, height, width]`. */
  readonly output: Float32Array;
  /** From having the task to starting it. */
  readonly waitMs: number;
  /** From asking the victim for the task to having it; 0 for a local one. */
  readonly transferMs: number;
  /** From starting it to having the strips of its neighbours that it uses. */
  readonly overlapMs: number;
  readonly computeMs: number;
  /** Body that carried the task; 0 for a local one. */
  readonly inputBytes: number;
  /** Strips that came from other devices. */
  readonly overlapBytes: number;
  /** Bodies of what was said to get and to finish it. */
  readonly controlBytes: number;
  /** Multiply-accumulates executed. */
  readonly macs: number;
  /** Tiles whose strips it used, its own device's among them; null where nobody asks for it. */
  readonly strips: readonly number[] | null;
}

export type ResultFacts = Omit<ResultBody, 'output'>;

export function encodeResultBody(wirePlan: WirePlan, result: ResultBody, maps: MapType = 'f32'): Uint8Array {
  const { shape, metadata } = resultParts(wirePlan, result);
  return encodeSafetensors({ output: encodeMap(result.output, shape, maps) }, metadata);
}

/** Length of the body of a result. */
export function resultBodyBytes(wirePlan: WirePlan, result: ResultFacts, maps: MapType): number {
  const { shape, metadata } = resultParts(wirePlan, result);
  return safetensorsBytes([{ name: 'output', type: mapTensorType(maps), shape }], metadata);
}

function resultParts({ plan, digest }: WirePlan, result: ResultFacts) {
  const { channels, height, width } = regionShape(
    plan.maps[plan.depth]!.channels,
    plan.tiles[result.tile]!.regions[plan.depth]!,
  );
  const metadata = {
    frame: result.frame,
    tile: String(result.tile),
    generation: String(result.generation),
    attempt: String(result.attempt),
    device: result.device,
    inputDigest: result.inputDigest,
    plan: digest,
    waitMs: String(result.waitMs),
    transferMs: String(result.transferMs),
    overlapMs: String(result.overlapMs),
    computeMs: String(result.computeMs),
    inputBytes: String(result.inputBytes),
    overlapBytes: String(result.overlapBytes),
    controlBytes: String(result.controlBytes),
    macs: String(result.macs),
    ...(result.strips !== null && { strips: result.strips.join(',') }),
  };
  return { shape: [channels, height, width], metadata };
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
  const { channels } = plan.maps[plan.depth]!;
  const region = plan.tiles[tile]!.regions[plan.depth]!;
  const output = requireMap('DT_RESULT_BODY', tensors, 'output', channels, region);
  return {
    frame: facts.text('frame', FRAME_ID),
    tile,
    generation: facts.whole('generation', 1, MAX_ATTEMPT),
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
    device: facts.text('device', DEVICE_ID),
    inputDigest: facts.text('inputDigest', DIGEST),
    output,
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

function readStrips(text: string, tiles: number): readonly number[] {
  const strips = text === '' ? [] : text.split(',').map(Number);
  if (strips.every((tile) => tile < tiles)) return strips;
  throw new DeepThingsError('DT_RESULT_BODY', `expected strips to name tiles from 0 to ${tiles - 1}, got ${text}`);
}
