import { DeepThingsError } from '../../errors.js';
import { GANG_PLANS, type GangPlanName } from '../../geometry/gang/gang-plan.js';
import type { MapRegion, MapShape } from '../../geometry/region.js';
import { BOX_NUMBERS } from '../../heads/packed-candidates.js';
import type { ComputedBlock, SentStrips, StageTime } from '../../scheduling/gang/block-times.js';
import type { MapType } from '../../tensor/map-tensor.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  safetensorsBytes,
  type Tensor,
  type TensorEntry,
} from '../../tensor/safetensors.js';
import { keyTexts, MOST_BANDS, parseJson, readKey } from './block-body.js';
import type { MapsOfGang } from './gang-strips.js';
import { blockEntry, blockTensors, type MapBlock, readBlocks } from './map-blocks.js';
import { requirePlan } from './task-body.js';
import { DEVICE_ID, DIGEST, type WireFacts, wireFacts } from './wire-facts.js';

/** A block's part of the gang plan's outputs on its way to the gateway, and what it took. */
export interface BlockResultBody extends ComputedBlock {
  /** Regions of the gang plan's output maps; none of an output of which the block has no cells. */
  readonly outputs: readonly MapBlock[];
  /** The boxes that the member has decoded of its blocks, in their place, as `packCandidates` has them. */
  readonly boxes: Float64Array | null;
}

/** A stage of a member with two neighbours takes some 60 characters. */
const STAGES = /^\[.{0,65536}\]$/s;

const GANG = new RegExp(`^(${GANG_PLANS.join('|')})$`);

/**
 * @param digest of the plan that nodes agree on.
 * @param maps shapes of the gang plan's maps, by number.
 */
export function encodeBlockResult(
  digest: string,
  maps: readonly MapShape[],
  result: BlockResultBody,
  type: MapType,
): Uint8Array {
  const { boxes } = result;
  const tensors = boxes === null ? blockTensors(maps, result.outputs, type) : { [BOXES]: boxTensor(boxes) };
  return encodeSafetensors(tensors, resultFacts(digest, result));
}

/** Length of the body of a result with these regions of maps, or with so many boxes. */
export function blockResultBytes(
  digest: string,
  maps: readonly MapShape[],
  result: ResultFacts,
  outputs: readonly MapRegion[] | number,
  type: MapType,
): number {
  const entries =
    typeof outputs === 'number' ? [boxEntry(outputs)] : outputs.map((region) => blockEntry(maps, region, type));
  return safetensorsBytes(entries, resultFacts(digest, result));
}

type ResultFacts = Omit<BlockResultBody, 'outputs' | 'boxes'>;

function resultFacts(digest: string, result: ResultFacts) {
  return {
    ...keyTexts(digest, result),
    gang: result.gang,
    device: result.device,
    waitMs: String(result.waitMs),
    computeMs: String(result.computeMs),
    taskBytes: String(result.taskBytes),
    overlapBytes: String(result.overlapBytes),
    macs: String(result.macs),
    prepareMs: String(result.prepareMs),
    totalMs: String(result.totalMs),
    afterMs: String(result.afterMs),
    stages: JSON.stringify(result.stages.map(stageFacts)),
  };
}

/**
 * Reads a result. Values that came as F32 are views of the body. That its regions are those of the member's block is for the
 * caller to compare: here they lie on maps of the plan.
 *
 * @param digest of the plan that nodes agree on.
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_RESULT_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a result of another plan.
 */
export function decodeBlockResult(digest: string, mapsOf: MapsOfGang, bytes: Uint8Array): BlockResultBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_RESULT_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  const gang = facts.text('gang', GANG) as GangPlanName;
  return {
    ...readKey(facts, MOST_BANDS * MOST_BANDS),
    gang,
    device: facts.text('device', DEVICE_ID),
    ...readOutputs(mapsOf(gang), tensors),
    waitMs: facts.amount('waitMs'),
    computeMs: facts.amount('computeMs'),
    taskBytes: facts.amount('taskBytes'),
    overlapBytes: facts.amount('overlapBytes'),
    macs: facts.amount('macs'),
    prepareMs: facts.amount('prepareMs'),
    totalMs: facts.amount('totalMs'),
    afterMs: facts.amount('afterMs'),
    stages: readStages(facts),
  };
}

/** Boxes of a member, as bytes of 64-bit floats: a safetensors body has no wider type here. */
const BOXES = 'boxes';

const BOX_BYTES = BOX_NUMBERS * Float64Array.BYTES_PER_ELEMENT;

function boxEntry(boxes: number): TensorEntry {
  return { name: BOXES, type: 'U8', shape: [boxes, BOX_BYTES] };
}

function boxTensor({ buffer, byteLength, byteOffset }: Float64Array): Tensor {
  const { shape, type } = boxEntry(byteLength / BOX_BYTES);
  return { type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** @throws DeepThingsError `DT_RESULT_BODY` */
function readOutputs(
  maps: readonly MapShape[],
  tensors: ReadonlyMap<string, Tensor>,
): Pick<BlockResultBody, 'outputs' | 'boxes'> {
  const tensor = tensors.get(BOXES);
  if (tensor === undefined) return { outputs: readBlocks(maps, tensors, 'DT_RESULT_BODY'), boxes: null };
  const { data, shape, type } = tensor;
  if (type !== 'U8' || shape.length !== 2 || shape[1] !== BOX_BYTES || tensors.size !== 1) {
    const got = `${type} [${shape.join(', ')}] of ${tensors.size} tensors`;
    throw new DeepThingsError('DT_RESULT_BODY', `expected one tensor "${BOXES}", U8 [boxes, ${BOX_BYTES}]; got ${got}`);
  }
  // The bytes may lie anywhere in the body.
  return { outputs: [], boxes: new Float64Array(new Uint8Array(data).buffer) };
}

/** Microseconds are enough, and a frame has up to some hundred times. */
function roundedMs(ms: number): number {
  return Math.round(1000 * ms) / 1000;
}

/** `[stripsMs, beganMs, endedMs, computeMs, [[to, bytes], ...]]` */
function stageFacts({ beganMs, computeMs, endedMs, sent, stripsMs }: StageTime) {
  return [...[stripsMs, beganMs, endedMs, computeMs].map(roundedMs), sent.map(({ to, bytes }) => [to, bytes])];
}

function readStages(facts: WireFacts): readonly StageTime[] {
  const given = parseJson('DT_RESULT_BODY', facts.text('stages', STAGES));
  const stages = Array.isArray(given) ? given.map(readStage) : [null];
  if (stages.every((stage) => stage !== null)) return stages;
  throw new DeepThingsError(
    'DT_RESULT_BODY',
    'expected "stages" to be four times in ms for each gang stage (wait for strips, begin, end, engine) and the strips sent after it',
  );
}

function readStage(given: unknown): StageTime | null {
  if (!Array.isArray(given) || given.length !== 5) return null;
  const [stripsMs, beganMs, endedMs, computeMs, bodies] = given;
  if (![stripsMs, beganMs, endedMs, computeMs].every(isAmount) || !Array.isArray(bodies)) return null;
  const sent = bodies.map(readSent);
  return sent.every((body) => body !== null) ? { stripsMs, beganMs, endedMs, computeMs, sent } : null;
}

function readSent(given: unknown): SentStrips | null {
  if (!Array.isArray(given) || given.length !== 2 || !given.every(isAmount)) return null;
  const [to, bytes] = given;
  return Number.isInteger(to) && Number.isInteger(bytes) ? { to, bytes } : null;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}
