import { randomBytes } from 'node:crypto';
import { type ComputeThread, startComputeThread } from '../../compute/compute-thread.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { GangPlan } from '../../geometry/gang/gang-plan.js';
import type { Network } from '../../model/network.js';
import type { FrameScopes } from '../../node/frame-scopes.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import { Auditor } from './auditor.js';
import { GangAuditor } from './gang-auditor.js';
import { GangBoxes, type GangBoxesParts } from './gang-boxes.js';
import { GangRounds } from './gang-rounds.js';
import { HeadRunner } from './head-runner.js';
import { LayerRounds } from './layer-rounds.js';
import { ResultsPool } from './results-pool.js';
import { type ComputeTile, tileComputer, Verifier, wholeComputer } from './verifier.js';

/** Where outputs are merged, verified and finished. */
export interface GatewayResults {
  /** Of tiles, and of slices. */
  readonly pool: ResultsPool;
  /** Of gangs. */
  readonly blocks: ResultsPool;
  readonly rounds: LayerRounds;
  readonly gangs: GangRounds;
  readonly boxes: GangBoxes;
  readonly verifier: Verifier<ComputeTile>;
  /** Null where nothing is audited. */
  readonly auditor: Auditor | null;
  /** Of frames of gangs; null where nothing is audited. */
  readonly gangAuditor: GangAuditor | null;
  readonly headRunner: HeadRunner;
}

export interface GatewayResultsParts {
  readonly config: ClusterConfig;
  readonly network: Network;
  readonly wirePlan: WirePlan;
  readonly gang: GangPlan;
  /** Has the remaining layers. */
  readonly compute: ComputeThread;
  readonly runs: FrameScopes;
  /** Speeds of devices, comparable with each other. */
  readonly speedsOf: (devices: readonly string[]) => readonly number[];
  readonly telemetry: Telemetry;
}

/** @throws DeepThingsError `DT_HEAD_MISSING` when the network puts out nothing that can be decoded. */
export function createResults(parts: GatewayResultsParts): GatewayResults {
  const { compute, config, gang, network, runs, speedsOf, telemetry, wirePlan } = parts;
  const { frameTimeoutMs: timeoutMs } = config.limits;
  const { metrics } = telemetry;
  const pool = new ResultsPool(wirePlan.plan);
  runs.onEnd((frame) => pool.take(frame));
  const blocks = new ResultsPool({ stage: gang.stage, tiles: [] });
  runs.onEnd((frame) => blocks.take(frame));
  metrics.holds('merged maps', () => pool.size + blocks.size);
  const rounds = new LayerRounds(wirePlan, pool);
  runs.onEnd((frame) => rounds.drop(frame));
  metrics.holds('layered frames', () => rounds.size);
  const gangs = new GangRounds({ runs, plan: gang, speedsOf });
  metrics.holds('frames of gangs', () => gangs.size);
  const headRunner = new HeadRunner({ network, compute, limits: config.model, timeoutMs });
  const verifier = new Verifier({
    computeWith: tileComputer(wirePlan.plan),
    modelDigest: compute.modelDigest,
    start: () => startFusedLayers(config, wirePlan.plan),
    timeoutMs,
  });
  const auditor = createAuditor(parts, pool, verifier);
  const gangAuditor = createGangAuditor(parts, blocks, gangs);
  const isAudited: GangBoxesParts['isAudited'] = (attempt) => gangAuditor?.picks(attempt) ?? false;
  const boxes = new GangBoxes({ runs, plan: gang, network, limits: config.model, isAudited });
  return { pool, blocks, boxes, rounds, gangs, verifier, auditor, gangAuditor, headRunner };
}

function startFusedLayers(
  { gateway, model }: ClusterConfig,
  { grid, stage: { values } }: FtpPlan,
): Promise<ComputeThread> {
  const stage = { kind: 'fused', depth: values, grid } as const;
  return startComputeThread({ model, engine: gateway.engine, stage });
}

function createAuditor(
  { config, runs, telemetry }: GatewayResultsParts,
  pool: ResultsPool,
  verifier: Verifier<ComputeTile>,
): Auditor | null {
  const { fraction, tolerance } = config.audit;
  if (fraction === 0) return null;
  const auditor = new Auditor({ fraction, tolerance, secret: randomBytes(32), pool, verifier, log: telemetry.log });
  runs.onEnd((frame) => auditor.drop(frame));
  telemetry.metrics.holds('audited frames', () => auditor.size);
  return auditor;
}

function createGangAuditor(
  { compute, config, gang, telemetry, wirePlan }: GatewayResultsParts,
  blocks: ResultsPool,
  gangs: GangRounds,
): GangAuditor | null {
  const { audit, gateway, limits, model } = config;
  if (audit.fraction === 0) return null;
  const { grid, stage } = wirePlan.plan;
  const layers = { kind: 'fused', depth: stage.values, grid, gang: { ends: gang.ends, isFirst: true } } as const;
  const verifier = new Verifier({
    computeWith: wholeComputer(gang),
    modelDigest: compute.modelDigest,
    start: () => startComputeThread({ model, engine: gateway.engine, stage: layers }),
    timeoutMs: limits.frameTimeoutMs,
  });
  return new GangAuditor({ settings: audit, secret: randomBytes(32), blocks, gangs, verifier, log: telemetry.log });
}
