import { randomBytes } from 'node:crypto';
import { type ComputeThread, startComputeThread } from '../../compute/compute-thread.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { GangPlans } from '../../geometry/gang/gang-plans.js';
import type { Network } from '../../model/network.js';
import type { FrameScopes } from '../../node/frame-scopes.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import { GangRounds } from '../../scheduling/gang/gang-rounds.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import { Auditor } from './auditor.js';
import { GangAuditor } from './gang-auditor.js';
import { GangBoxes, type GangBoxesParts } from './gang-boxes.js';
import { HeadRunner } from './head-runner.js';
import { RemainingCheck } from './remaining-check.js';
import { ResultsPool } from './results-pool.js';
import { type ComputeTile, tileComputer, Verifier, wholeComputer } from './verifier.js';

/** Where outputs are merged, verified and finished. */
export interface GatewayResults {
  /** Of tiles, and of the blocks of MoDNN. */
  readonly pool: ResultsPool;
  /** Of all other gangs. */
  readonly blocks: ResultsPool;
  readonly gangs: GangRounds;
  readonly boxes: GangBoxes;
  readonly verifier: Verifier<ComputeTile>;
  /** Null where nothing is audited. */
  readonly auditor: Auditor | null;
  /** Of frames of gangs; null where nothing is audited. */
  readonly gangAuditor: GangAuditor | null;
  readonly headRunner: HeadRunner;
  /** Of remaining layers on devices. */
  readonly remaining: RemainingCheck;
}

export interface GatewayResultsParts {
  readonly config: ClusterConfig;
  readonly network: Network;
  readonly wirePlan: WirePlan;
  readonly gangs: GangPlans;
  /** Has the remaining layers. */
  readonly compute: ComputeThread;
  readonly runs: FrameScopes;
  /** Speeds of devices, comparable with each other. */
  readonly speedsOf: (devices: readonly string[]) => readonly number[];
  readonly telemetry: Telemetry;
}

/** @throws DeepThingsError `DT_HEAD_MISSING` when the network puts out nothing that can be decoded. */
export function createResults(parts: GatewayResultsParts): GatewayResults {
  const { compute, config, gangs: plans, network, runs, speedsOf, telemetry, wirePlan } = parts;
  const { frameTimeoutMs: timeoutMs } = config.limits;
  const { metrics } = telemetry;
  const pool = new ResultsPool(wirePlan.plan);
  runs.onEnd((frame) => pool.take(frame));
  const blocks = new ResultsPool({ stage: plans.gang.stage, tiles: [] });
  runs.onEnd((frame) => blocks.take(frame));
  metrics.holds('merged maps', () => pool.size + blocks.size);
  const gangs = new GangRounds({ plans, speedsOf });
  runs.onEnd((frame) => gangs.drop(frame));
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
  const isAudited: GangBoxesParts['isAudited'] = (frame, attempt) => gangAuditor?.picks(frame, attempt) ?? false;
  const boxes = new GangBoxes({ runs, plan: plans.gang, network, limits: config.model, isAudited });
  const remaining = new RemainingCheck({ ...config.audit, secret: randomBytes(32) });
  return { pool, blocks, boxes, gangs, verifier, auditor, gangAuditor, headRunner, remaining };
}

/** Returns where the outputs of a strategy's frames are merged. */
export function poolOf({ blocks, pool }: Pick<GatewayResults, 'blocks' | 'pool'>, strategy: StrategyName): ResultsPool {
  return strategyNamed(strategy).gang?.plan === 'stages' ? blocks : pool;
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
  { compute, config, gangs: { gang }, telemetry, wirePlan }: GatewayResultsParts,
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
