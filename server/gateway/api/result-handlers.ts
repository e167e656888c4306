import { DeepThingsError } from '../../errors.js';
import { type GangPlans, gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { unpackCandidates } from '../../heads/packed-candidates.js';
import type { OperationHandlers } from '../../node/contract/operations.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { bodyKind, type TaskBodyKind } from '../../node/wire/block-body.js';
import { type BlockResultBody, decodeBlockResult } from '../../node/wire/block-result.js';
import { decodeResultBody, type ResultBody } from '../../node/wire/result-body.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { requireDeclared } from '../devices/declared-device.js';
import type { GatewayDevices } from '../devices/gateway-devices.js';
import { requireFiniteResult } from '../dispatch/finite-results.js';
import type { GangForecasts } from '../dispatch/gang-forecasts.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';
import type { LeftOutDevices } from '../dispatch/left-out-devices.js';
import type { FrameRecord } from '../frames/frame-record.js';
import type { FrameStore } from '../frames/frame-store.js';
import type { Auditor } from '../results/auditor.js';
import { type GatewayResults, poolOf } from '../results/gateway-results.js';

export interface ResultHandlerParts {
  readonly wirePlan: WirePlan;
  readonly clusterPlan: GangPlans;
  readonly store: FrameStore;
  readonly results: GatewayResults;
  readonly devices: GatewayDevices;
  readonly ledger: LedgerRuntime;
  readonly leftOut: LeftOutDevices;
  readonly forecasts: GangForecasts;
  readonly telemetry: Telemetry;
}

/** Devices send what they computed. */
export function resultHandlers(parts: ResultHandlerParts): OperationHandlers {
  return {
    postResult: async (request) => {
      const bytes: unknown = request.body;
      if (!(bytes instanceof Uint8Array)) {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is the gateway; outcomes go to the frame’s source');
      }
      return { status: TAKE[bodyKind(bytes)](parts, bytes) };
    },
  };
}

type Verdict = 'accepted' | 'duplicate' | 'stale';

const TAKE: Readonly<Record<TaskBodyKind, (parts: ResultHandlerParts, bytes: Uint8Array) => Verdict>> = {
  tile: takeResult,
  block: takeBlock,
};

/** The open frame that a result is of; null when it has ended, or when the result was computed of another input. */
function frameOf(
  { devices, store, telemetry }: ResultHandlerParts,
  facts: { readonly frame: string; readonly device: string; readonly inputDigest?: string },
): FrameRecord | null {
  const { frame, device } = facts;
  const { log, metrics } = telemetry;
  requireDeclared(devices.registry, device, 409);
  const record = store.open(frame);
  if (store.get(frame) === undefined) {
    throw new HttpProblem('DT_FRAME_UNKNOWN', `the gateway has no frame ${frame}`);
  }
  if (record !== undefined && (facts.inputDigest ?? record.inputDigest) === record.inputDigest) return record;
  metrics.results.inc({ verdict: 'stale' });
  if (record === undefined) return null;
  log.warn({ frame, device }, 'result of another input refused');
  return null;
}

function takeResult(parts: ResultHandlerParts, bytes: Uint8Array): Verdict {
  const { devices, ledger, results, telemetry, wirePlan } = parts;
  const { auditor, pool } = results;
  const { log, metrics, nowMs } = telemetry;
  const result = decodeResultBody(wirePlan, bytes);
  const { frame, tile, generation, attempt, device } = result;
  const record = frameOf(parts, result);
  if (record === null) return 'stale';
  metrics.bytesReceived.inc({ kind: 'result' }, bytes.byteLength);
  requireFiniteResult(parts, { kind: 'tile', frame, part: tile, generation, attempt, device }, result.outputs);
  const audited = auditor?.picks(result) ?? false;
  const verdict = ledger.applyResult({ frame, part: tile, generation, attempt, device, audited }, () => {
    auditor?.accepted(record, result);
    pool.place(frame, tile, result.outputs);
    record.trace.accepted(tile, { ...result, resultBytes: bytes.byteLength }, nowMs());
  });
  // Only an auditor has the ledger audit anything.
  if (verdict === 'to-compare') return compare(parts, auditor!, record, { result, bytes });
  metrics.results.inc({ verdict });
  if (verdict === 'accepted') {
    devices.speeds.computed(device, result.macs, result.computeMs);
    devices.registry.worked(device, { ...result, resultBytes: bytes.byteLength });
    metrics.tileCompute.observe(result.computeMs / 1000);
    metrics.tileTransfer.observe(result.transferMs / 1000);
    metrics.tileWait.observe(result.waitMs / 1000);
  } else {
    if (verdict === 'duplicate') {
      record.trace.note(tile, 'duplicate', device, attempt, nowMs());
      auditor?.repeated(frame, tile);
    }
    log.debug({ frame, tile, attempt, device, verdict }, 'result not needed');
  }
  return verdict;
}

/** The second result of a tile: it is compared with the first, and not merged. */
function compare(
  { devices, ledger, telemetry }: ResultHandlerParts,
  auditor: Auditor,
  { trace }: FrameRecord,
  { result, bytes }: { readonly result: ResultBody; readonly bytes: Uint8Array },
): Verdict {
  const { frame, tile, attempt, device, inputBytes, macs, computeMs } = result;
  const { log, metrics } = telemetry;
  trace.countSent('input', inputBytes);
  trace.countSent('result', bytes.byteLength);
  devices.speeds.computed(device, macs, computeMs);
  metrics.results.inc({ verdict: 'accepted' });
  const agrees = auditor.agrees(result);
  if (!agrees) log.warn({ frame, tile, attempt, device }, 'tile run twice with different results');
  ledger.apply({ kind: 'audit-result', frame, part: tile, attempt, device, agrees });
  return 'accepted';
}

/**
 * The boxes of a member that has decoded them; null where it sends its blocks.
 *
 * @throws DeepThingsError `DT_RESULT_BODY` when it sends what it was not asked for, or what are no boxes.
 */
function boxesOf({ results }: ResultHandlerParts, record: FrameRecord, { attempt, boxes }: BlockResultBody) {
  const areWanted = results.boxes.thresholdOf(record, attempt) !== null;
  if (areWanted !== (boxes !== null)) {
    throw new DeepThingsError(
      'DT_RESULT_BODY',
      `expected ${areWanted ? 'boxes' : 'blocks of maps'} of frame ${record.id}`,
    );
  }
  const candidates = boxes && unpackCandidates(boxes);
  if (boxes === null || candidates !== null) return candidates;
  throw new DeepThingsError('DT_RESULT_BODY', 'expected boxes that are finite, of classes from 0');
}

/** A member's part of what a gang hands over. */
function takeBlock(parts: ResultHandlerParts, bytes: Uint8Array): Verdict {
  const { clusterPlan, devices, ledger, results, telemetry, wirePlan } = parts;
  const { log, metrics, nowMs } = telemetry;
  const result = decodeBlockResult(wirePlan.digest, (name) => gangPlanOf(clusterPlan, name).stage.maps, bytes);
  const { attempt, device, frame, generation, member, overlapBytes, taskBytes } = result;
  const record = frameOf(parts, result);
  if (record === null || strategyNamed(record.strategy).gang?.plan !== result.gang) return 'stale';
  metrics.bytesReceived.inc({ kind: 'result' }, bytes.byteLength);
  const values = result.outputs.map(({ data }) => data);
  requireFiniteResult(parts, { kind: 'block', frame, part: member, generation, attempt, device }, values);
  const boxes = boxesOf(parts, record, result);
  const cost = { inputBytes: taskBytes, overlapBytes, resultBytes: bytes.byteLength };
  const audited = results.gangAuditor?.picks(record, attempt) ?? false;
  const verdict = ledger.applyResult({ frame, part: member, generation, attempt, device, audited }, () => {
    const { outputs } = gangPlanOf(clusterPlan, result.gang).stage;
    if (boxes === null) poolOf(results, record.strategy).placeBlocks(frame, result.outputs, outputs);
    else results.boxes.place(frame, member, boxes);
    results.gangs.measured(result, result);
    const acceptedMs = nowMs();
    record.trace.accepted(member, { ...result, ...cost, transferMs: 0, overlapMs: 0, controlBytes: 0 }, acceptedMs);
    record.trace.gang.blockDone(member, result, record.trace.gangMs(acceptedMs));
  });
  // The gateway itself computes what is audited of a gang.
  if (verdict === 'to-compare') return 'duplicate';
  metrics.results.inc({ verdict });
  if (verdict === 'accepted') {
    devices.speeds.computed(device, result.macs, result.computeMs);
    devices.registry.worked(device, { ...result, ...cost });
    parts.leftOut.update(results.gangs.leftOut);
    parts.forecasts.blockDone();
  } else log.debug({ frame, member, attempt, device, verdict }, 'result not needed');
  return verdict;
}
