import type { ErrorCode } from '../error-codes.js';
import { DeepThingsError } from '../errors.js';
import { detectControlGroups } from '../evaluation/hosts/detect-control-groups.js';
import { QuotaGroup } from '../evaluation/hosts/quota-group.js';
import type { Calibration } from '../evaluation/simulate/calibration.js';
import type { FusedDepth } from '../geometry/choose-cut.js';
import type { ModelSpec } from '../model-files/model-spec.js';
import { spawnDeepThings } from '../supervision/node-process.js';

/** What is to be measured. */
export interface CalibrationOrder {
  readonly model: ModelSpec;
  /** Where the fused part ends. */
  readonly depth: FusedDepth;
  readonly engine: string;
}

/** What the process that measures says. */
export type CalibrationMessage =
  | { readonly kind: 'step'; readonly what: string }
  | { readonly kind: 'done'; readonly calibration: Calibration }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };

export interface CalibrationConditions {
  /** Name of its control group: those that this process makes at the same time have different ones. */
  readonly group: string;
  /** A share of a core that it is given, as test hosts are; null: a core as it is. */
  readonly cpuCores: number | null;
  /** Told what is next. */
  readonly onStep: (what: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Measures in a process that is started as nodes are, and under the quota that they have: both make a difference to what
 * layers and tiles take.
 *
 * @throws DeepThingsError `DT_CGROUP`, or as the process that measures says.
 */
export async function calibrateAsNode(
  order: CalibrationOrder,
  { cpuCores, group: name, onStep, signal }: CalibrationConditions,
): Promise<Calibration> {
  const group = cpuCores === null ? null : new QuotaGroup(detectControlGroups(), name, cpuCores);
  try {
    const calibration = await measured(order, group?.within ?? [], onStep, signal);
    return cpuCores === null ? calibration : { ...calibration, cpu: cpuCores };
  } finally {
    group?.remove();
  }
}

function measured(
  order: CalibrationOrder,
  within: readonly string[],
  onStep: (what: string) => void,
  signal: AbortSignal | undefined,
): Promise<Calibration> {
  signal?.throwIfAborted();
  const child = spawnDeepThings({ args: ['bench', 'measure-costs'], config: order, within });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => printed.push(chunk));
  const abort = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', abort);
  return new Promise<Calibration>((resolve, reject) => {
    child.on('message', (message: CalibrationMessage) => {
      if (message.kind === 'step') onStep(message.what);
      else if (message.kind === 'done') resolve(message.calibration);
      else reject(new DeepThingsError(message.code, message.message));
    });
    child.once('error', reject);
    // Comes after every message, and then changes nothing.
    child.once('close', (code, end) => {
      const said = Buffer.concat(printed).toString().trim();
      const how = end === null ? `exit code ${code}` : `ended by ${end}`;
      reject(signal?.reason ?? new DeepThingsError('DT_CALIBRATION', `measuring stopped: ${how} ${said}`.trim()));
    });
  }).finally(() => signal?.removeEventListener('abort', abort));
}
