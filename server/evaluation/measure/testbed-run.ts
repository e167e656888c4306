import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { planCluster } from '../../node/cluster-plan.js';
import type { ControlGroups } from '../hosts/control-groups.js';
import { type HostLimits, type HostPlan, planHosts } from '../hosts/host-plan.js';
import { machineFacts } from '../hosts/machine-facts.js';
import type { RunCommand } from '../hosts/system-command.js';
import { TestHosts } from '../hosts/test-hosts.js';
import { BenchCluster, type NodeOutput } from './bench-cluster.js';
import { benchConfig } from './bench-config.js';
import { FrameCheck } from './check/frame-check.js';
import type { UntiledReference } from './check/untiled-reference.js';
import { Disturber } from './disturbance/disturber.js';
import { type MeasuredBatch, measureBatch } from './measured-batch.js';
import { readResidentMemory } from './process-memory.js';
import {
  type Batch,
  type ClusterRun,
  countedRounds,
  deviceCpu,
  largestBatch,
  planBatches,
  type TestbedSettings,
} from './run-matrix.js';
import { reportStrategy, type StrategyReport } from './testbed-report.js';

export interface TestbedParts {
  readonly groups: ControlGroups;
  readonly run: RunCommand;
  /** For sockets; a short path. */
  readonly folder: string;
  readonly outputOf: (node: string) => NodeOutput;
  readonly pictures: readonly Uint8Array[];
  readonly reference: UntiledReference;
  readonly signal: AbortSignal;
  readonly progress: TestbedProgress;
}

/** Told how far it is. */
export interface TestbedProgress {
  waiting(ids: readonly string[]): void;
  /** @param seconds the start took. */
  ready(seconds: number): void;
  /** @param seconds the batch took, with the check of what came out. */
  measured(batch: MeasuredBatch, seconds: number): void;
}

/** The gateway's host and the devices', with their quotas. */
export function hostLimits(settings: TestbedSettings, devices: number): readonly HostLimits[] {
  const { gatewayCpu, gatewayMemoryBytes, memoryBytes } = settings;
  return [
    { id: 'gateway', cpuCores: gatewayCpu, memoryBytes: gatewayMemoryBytes },
    ...deviceCpu(settings, devices).map((cpuCores, i) => ({ id: `e${i}`, cpuCores, memoryBytes })),
  ];
}

/** @throws ConfigError for what one of the clusters cannot be: said before the first is started. */
export async function checkRuns(settings: TestbedSettings, runs: readonly ClusterRun[]): Promise<void> {
  for (const run of runs)
    await configOf(settings, run, hostsOf(settings, run), largestBatch(planBatches(settings, run)));
}

function hostsOf(settings: TestbedSettings, { devices }: ClusterRun): HostPlan {
  const { linkBitsPerSecond } = settings;
  return planHosts({ ownerPid: process.pid, hosts: hostLimits(settings, devices), linkBitsPerSecond });
}

function configOf(
  settings: TestbedSettings,
  run: ClusterRun,
  { hosts }: HostPlan,
  atOnce: number,
): Promise<ClusterConfig> {
  const [gateway, ...devices] = hosts;
  return benchConfig(settings, run, { gateway: gateway!, devices }, atOnce);
}

/** Frames of an earlier cluster, or of another run at the same time, are no business of this one. */
function withOwnStore(config: ClusterConfig, folder: string): ClusterConfig {
  return { ...config, store: { ...config.store, path: mkdtempSync(join(folder, 'store-')) } };
}

/** What a cluster on test hosts is asked to do after its start: settings and runs that differ in loads and strategies only. */
export interface TestbedLoad {
  readonly settings: TestbedSettings;
  readonly run: ClusterRun;
}

interface StartedTestbed {
  readonly cluster: BenchCluster;
  readonly hosts: TestHosts;
  readonly parts: TestbedParts;
  readonly startSeconds: number;
}

/** A cluster on test hosts of its own, which are gone when it is stopped. */
export class RunningTestbed {
  readonly startSeconds: number;
  readonly cluster: BenchCluster;
  readonly hosts: TestHosts;
  readonly #parts: TestbedParts;
  readonly #check: FrameCheck;
  readonly #startPeaks: ReadonlyMap<string, number>;

  private constructor({ cluster, hosts, parts, startSeconds }: StartedTestbed) {
    const { devices } = cluster.config;
    this.cluster = cluster;
    this.hosts = hosts;
    this.startSeconds = startSeconds;
    this.#parts = parts;
    this.#check = new FrameCheck(parts.reference);
    this.#startPeaks = new Map(devices.map(({ id }) => [id, readResidentMemory(cluster.pid(id))?.peak ?? 0]));
  }

  /**
   * @param loads all that it will be asked to do: it keeps as many outputs as the largest of them needs.
   * @throws DeepThingsError, ProblemError, the transport's errors.
   */
  static async start(loads: readonly [TestbedLoad, ...TestbedLoad[]], parts: TestbedParts): Promise<RunningTestbed> {
    const { folder, groups, outputOf, progress, signal } = parts;
    const [{ run, settings }] = loads;
    const plan = hostsOf(settings, run);
    const atOnce = Math.max(...loads.map((load) => largestBatch(planBatches(load.settings, load.run))));
    const asked = await configOf(settings, run, plan, atOnce);
    const config = 'store' in settings.sections ? asked : withOwnStore(asked, folder);
    const hosts = new TestHosts(plan, { groups, run: parts.run });
    try {
      const beginMs = performance.now();
      const onWaiting = (ids: readonly string[]) => progress.waiting(ids);
      const cluster = await BenchCluster.start({ config, hosts, folder, outputOf, signal, onWaiting });
      const running = new RunningTestbed({ cluster, hosts, parts, startSeconds: (performance.now() - beginMs) / 1000 });
      progress.ready(running.startSeconds);
      return running;
    } catch (error) {
      hosts.takeDown();
      throw error;
    }
  }

  /**
   * @returns one report a strategy.
   * @throws DeepThingsError, ProblemError, the transport's errors: it is then to be stopped.
   */
  async measure({ run, settings }: TestbedLoad): Promise<readonly StrategyReport[]> {
    const { cluster, hosts } = this;
    const { progress, signal } = this.#parts;
    const startedAt = new Date().toISOString();
    const machine = machineFacts();
    const measured: MeasuredBatch[] = [];
    const batches = planBatches(settings, run);
    const disturber = this.#disturber({ run, settings }, batches);
    try {
      for (const batch of batches) {
        signal.throwIfAborted();
        disturber?.next(batch);
        const batchMs = performance.now();
        const parts = { ...this.#parts, check: this.#check, cluster, hosts };
        measured.push(await Promise.race([measureBatch(batch, parts), cluster.broken]));
        progress.measured(measured.at(-1)!, (performance.now() - batchMs) / 1000);
      }
    } finally {
      disturber?.end();
    }
    const usage = new Map(cluster.config.devices.map(({ id }) => [id, hosts.usage(id)]));
    const depth = (await planCluster(cluster.config)).plan.stage.layers;
    const { startSeconds } = this;
    const facts = { settings, run, depth, startSeconds, startPeaks: this.#startPeaks, usage, machine, startedAt };
    return settings.strategies.map((strategy) => reportStrategy(strategy, measured, facts));
  }

  #disturber({ run, settings }: TestbedLoad, batches: readonly Batch[]): Disturber | null {
    const { disturbance } = settings;
    if (disturbance === null) return null;
    const cpuCores = deviceCpu(settings, run.devices)[disturbance.device]!;
    return new Disturber({ disturbance, cpuCores, rounds: countedRounds(batches), hosts: this.hosts });
  }

  async stop(): Promise<void> {
    try {
      await this.cluster.stop();
    } finally {
      this.hosts.takeDown();
    }
  }
}

/**
 * Measures one cluster on test hosts of its own, which are gone when this settles.
 *
 * @returns one report a strategy.
 * @throws DeepThingsError, ProblemError, the transport's errors.
 */
export async function runTestbed(
  settings: TestbedSettings,
  run: ClusterRun,
  parts: TestbedParts,
): Promise<readonly StrategyReport[]> {
  const running = await RunningTestbed.start([{ settings, run }], parts);
  try {
    return await running.measure({ settings, run });
  } finally {
    await running.stop();
  }
}
