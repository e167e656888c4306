import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { DeepThingsError } from '../../errors.js';
import type { Network } from '../../model/network.js';
import type { CostModel } from '../../simulation/cost-model.js';
import { readJsonFile } from './json-file.js';

const amount = Type.Number({ minimum: 0 });
const factor = Type.Number({ exclusiveMinimum: 0 });
const speed = { callMs: amount, macsPerMs: Type.Number({ exclusiveMinimum: 0 }) };

/** What `bench calibrate` writes: what everything took on one core of the machine where it ran. */
const CALIBRATION = Type.Object({
  version: Type.Literal(4),
  /** Name and input of the network that was measured. */
  model: Type.String(),
  machine: Type.Object({ processor: Type.String(), architecture: Type.String(), node: Type.String() }),
  engine: Type.Object({ name: Type.String(), version: Type.String() }),
  /** The share of a core that it was measured within (costs are processor time all the same); absent: a whole one. */
  cpu: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  costs: Type.Object({
    engine: Type.Object(speed),
    segments: Type.Array(Type.Object({ nodes: Type.Array(Type.String()), ...speed })),
    inBlocks: Type.Object({ stages: factor, layers: factor }),
    tileMs: amount,
    frameMs: amount,
    assemblyMsPerMiB: amount,
    request: Type.Object({
      clientMs: amount,
      serverMs: amount,
      msPerMiB: amount,
      questionBytes: amount,
      answerBytes: amount,
    }),
    letterboxMs: amount,
    remaining: Type.Object(speed),
  }),
});

export type Calibration = Static<typeof CALIBRATION>;

/**
 * What one core of a server of 2.6 GHz takes with onnxruntime (design, section 8): good for comparing plans, not for
 * predicting times elsewhere.
 */
const TYPICAL: CostModel = Object.freeze({
  engine: { callMs: 0.1, macsPerMs: 42_000_000 },
  segments: [],
  inBlocks: { stages: 1, layers: 2 },
  tileMs: 0.5,
  frameMs: 0,
  assemblyMsPerMiB: 0.4,
  request: { clientMs: 0.35, serverMs: 0.35, msPerMiB: 0.3, questionBytes: 220, answerBytes: 180 },
  letterboxMs: 25,
  remaining: { callMs: 0.5, macsPerMs: 42_000_000 },
});

/** What to calculate with. */
export interface Costs {
  readonly costs: CostModel;
  /** Where they are from, for people. */
  readonly origin: string;
}

/**
 * @param file of `bench calibrate`; null: typical ones.
 * @param model name and input of the network; layers of another one tell nothing of its layers.
 */
export async function loadCosts(file: string | null, model: string): Promise<Costs> {
  if (file === null) return { costs: TYPICAL, origin: 'a typical server core; measure yours with "bench calibrate"' };
  const calibration = checked(await readJsonFile('--calibration', file), file);
  if (calibration.model === model) return { costs: calibration.costs, origin: file };
  return {
    costs: { ...calibration.costs, segments: [] },
    origin: `${file}, which was measured with ${calibration.model}`,
  };
}

/** @throws DeepThingsError `DT_USAGE` */
function checked(given: unknown, file: string): Calibration {
  if (Value.Check(CALIBRATION, given)) return given;
  const [first] = Value.Errors(CALIBRATION, given);
  const where = first === undefined ? '' : ` (${first.instancePath}: ${first.message})`;
  throw new DeepThingsError(
    'DT_USAGE',
    `--calibration ${file}: it is not what this version of "bench calibrate" writes${where}: run it again`,
  );
}

/** A network by the name that a calibration has for it. */
export function networkName({ input, name }: Network): string {
  return `${name} ${input.width}x${input.height}`;
}
