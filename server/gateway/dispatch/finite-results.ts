import type { Telemetry } from '../../node/observe/telemetry.js';
import { HttpProblem } from '../../node/problems/problem.js';
import type { TaskBodyKind } from '../../node/wire/block-body.js';
import type { LedgerEvent, LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { GatewayDevices } from '../devices/gateway-devices.js';

export interface FiniteResultParts {
  readonly ledger: LedgerSink;
  readonly devices: Pick<GatewayDevices, 'registry' | 'notices'>;
  readonly telemetry: Pick<Telemetry, 'log' | 'metrics'>;
}

type RefusedPart = Omit<Extract<LedgerEvent, { kind: 'result-refused' }>, 'kind'>;

/**
 * Refuses a result with values that are not finite: the ledger has another device compute the part.
 *
 * @param outputs `[channels, height, width]` each.
 * @throws HttpProblem 422 `DT_NOT_FINITE`
 */
export function requireFiniteResult(
  parts: FiniteResultParts,
  result: RefusedPart & { readonly kind: TaskBodyKind },
  outputs: Iterable<Float32Array>,
): void {
  const { attempt, device, frame, generation, kind, part } = result;
  const problem = refusalOfValues(parts, { device, what: `its output of ${kind} ${part} of frame ${frame}` }, outputs);
  if (problem === null) return;
  parts.telemetry.metrics.results.inc({ verdict: 'refused' });
  parts.ledger.apply({ kind: 'result-refused', frame, part, generation, attempt, device });
  throw problem;
}

/**
 * Looks whether what a device sent is finite, and counts, logs and shows it where it is not.
 *
 * @returns the problem to answer with; null when all values are finite.
 */
export function refusalOfValues(
  { devices, telemetry }: Omit<FiniteResultParts, 'ledger'>,
  { device, what }: { readonly device: string; readonly what: string },
  outputs: Iterable<Float32Array>,
): HttpProblem | null {
  const { notices, registry } = devices;
  const { log, metrics } = telemetry;
  for (const output of outputs) {
    if (allFinite(output)) continue;
    const detail = `device ${device} sent values that are not finite (NaN or infinite): ${what}; another device computes it`;
    metrics.notFinite.inc({ from: device });
    if (!registry.isQuarantined(device)) {
      const todo = `check the memory of device ${device} and its model's files`;
      log.error({ device }, `${detail}: ${todo}`);
      registry.warn(
        device,
        'not-finite',
        `it sent values that are not finite (NaN or infinite), which were refused: ${todo}`,
      );
      notices.report('DT_NOT_FINITE', `device ${device} sends values that are not finite (NaN or infinite): ${todo}`);
    }
    return new HttpProblem('DT_NOT_FINITE', detail);
  }
  return null;
}
