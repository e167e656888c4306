import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { carryOut, type Done } from './carrying-out.js';
import { ChaosCluster } from './chaos-cluster.js';
import { checkRun, checkTeardown } from './checker.js';
import { EventRecord } from './event-record.js';
import type { RunFacts, SubmissionOutcome } from './facts.js';
import { storeSection } from './features.js';
import { chaosPictures } from './pictures.js';
import type { ChaosPlan } from './plan.js';
import { childrenOf, processFacts } from './process-facts.js';
import { computeReferences } from './reference.js';
import { SmallDisk } from './small-disk.js';
import { postPicture } from './submitting.js';
import { allFrames, OutputsSeen, watchFrames, watchNode } from './watching.js';

/** Faults have stopped and every process is alive: by then each frame has to have ended, */
const END_WITHIN_MS = 90_000;
/** and by then everything that was held for it has to be free. */
const QUIET_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 200;

export interface RunReport {
  readonly seed: number;
  /** Empty when all is well. */
  readonly wrong: readonly string[];
  readonly faults: readonly string[];
  /** Requests that met a disturbance. */
  readonly met: number;
  readonly accepted: number;
  readonly complete: number;
  /** By code. */
  readonly failed: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly unknown: number;
  /** From the end of the last fault to everything being as it should be. */
  readonly quietMs: number;
  /** What came right last. */
  readonly last: string | null;
  readonly durationMs: number;
  /** Where logs and cluster.yaml are, when something is wrong. */
  readonly folder: string | null;
}

/** One run: a cluster of its own from its start to its end, and everything that was found wrong with it. */
export async function runChaos(plan: ChaosPlan, keep: boolean): Promise<RunReport> {
  const startMs = Date.now();
  const folder = await mkdtemp(join(tmpdir(), `deepthings-chaos-${plan.seed}-`));
  const run = await RunInProgress.start(plan, folder);
  const wrong: string[] = [];
  try {
    wrong.push(...(await run.play()));
  } catch (error) {
    wrong.push(`the run itself failed: ${(error as Error).stack}`);
  }
  wrong.push(...(await run.stop()));
  const kept = keep || wrong.length > 0;
  if (!kept) await rm(folder, { recursive: true, force: true });
  return { ...run.tally(), seed: plan.seed, wrong, durationMs: Date.now() - startMs, folder: kept ? folder : null };
}

class RunInProgress {
  readonly #plan: ChaosPlan;
  readonly #folder: string;
  readonly #cluster: ChaosCluster;
  readonly #disk: SmallDisk | null;
  readonly #outputs: OutputsSeen;
  readonly #events: EventRecord;
  readonly #childrenBefore: number;
  #done: Done = { submissions: [], windows: [] };
  #facts: RunFacts | null = null;
  #quietMs = 0;
  #last: string | null = null;

  private constructor(plan: ChaosPlan, folder: string, cluster: ChaosCluster, disk: SmallDisk | null, before: number) {
    this.#plan = plan;
    this.#folder = folder;
    this.#cluster = cluster;
    this.#disk = disk;
    this.#childrenBefore = before;
    this.#outputs = new OutputsSeen(cluster);
    this.#events = new EventRecord(cluster.directAddress('gateway'), (frame) => this.#outputs.ended(frame));
  }

  static async start(plan: ChaosPlan, folder: string): Promise<RunInProgress> {
    const before = childrenOf(process.pid).length;
    const wantsDisk = plan.actions.some(({ kind }) => kind === 'full-disk');
    const disk = wantsDisk ? SmallDisk.mount(join(folder, 'store')) : null;
    try {
      if (wantsDisk && disk === null)
        throw new Error('full-disk wants a file system of its own, which only root may mount');
      const cluster = await ChaosCluster.start(plan, folder, storeSection(join(folder, 'store')));
      return new RunInProgress(plan, folder, cluster, disk, before);
    } catch (error) {
      disk?.unmount();
      throw error;
    }
  }

  async play(): Promise<string[]> {
    const pictures = await chaosPictures();
    const references = await computeReferences(this.#cluster.config, pictures);
    this.#events.start();
    const files = new Map(
      this.#cluster.nodes.map((node) => [node, processFacts(this.#cluster.life(node).child.pid!)?.files ?? 0]),
    );
    this.#done = await carryOut(this.#plan, { cluster: this.#cluster, pictures, disk: this.#disk });
    const overMs = Date.now();
    await this.#cluster.allLive();
    const liveMs = Date.now();
    await this.#allEnded();
    const endedMs = Date.now();
    const afterwards = await this.#afterwards(pictures);
    await this.#allEnded();
    this.#last = `all live after ${liveMs - overMs} ms, ended after ${endedMs - liveMs} ms more, frames afterwards ${Date.now() - endedMs} ms`;
    const endMs = Date.now() + QUIET_WITHIN_MS;
    for (;;) {
      this.#facts = await this.#gather(afterwards, references, files);
      const wrong = checkRun(this.#facts);
      this.#quietMs = Date.now() - overMs;
      this.#last = wrong[0] ?? this.#last;
      if (wrong.length === 0 || Date.now() > endMs) return wrong;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** When it does not come to that, the checker says which have not. */
  async #allEnded(): Promise<void> {
    const endMs = Date.now() + END_WITHIN_MS;
    while (Date.now() < endMs) {
      const frames = await allFrames(this.#cluster);
      if (frames.every(({ endedAt }) => endedAt !== null)) return;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** The cluster is as good as before: a frame at each source, each computed in another way. */
  async #afterwards(pictures: readonly Uint8Array[]): Promise<SubmissionOutcome[]> {
    const { devices, shape } = this.#plan;
    const sources = devices.slice(0, shape.devices - shape.stealOnly);
    const gateway = this.#cluster.direct('gateway');
    return Promise.all(sources.map((source) => postPicture(gateway, pictures[0]!, { source, wait: 60 })));
  }

  async #gather(
    afterwards: readonly SubmissionOutcome[],
    references: Parameters<typeof watchFrames>[2],
    files: ReadonlyMap<string, number>,
  ): Promise<RunFacts> {
    const cluster = this.#cluster;
    const frames = await watchFrames(cluster, this.#outputs, references);
    const { json: state } = await cluster.direct('gateway').call('getCluster');
    const nodes = await Promise.all(
      cluster.nodes.map((node) => watchNode(cluster, node, this.#folder, files.get(node)!)),
    );
    return {
      ...this.#done,
      frames,
      ends: [...this.#events.ends],
      gaps: [...this.#events.gaps],
      epoch: state!.epoch ?? '',
      afterwards,
      devices: state!.devices,
      nodes,
    };
  }

  async stop(): Promise<string[]> {
    await this.#events.close();
    const { nodes } = this.#cluster;
    // Devices first, who want to take their leave.
    for (const some of [nodes.slice(1), nodes.slice(0, 1)]) {
      const lives = some.map((node) => this.#cluster.life(node));
      for (const life of lives) this.#cluster.signal(life, 'SIGTERM');
      await Promise.race([
        Promise.all(lives.map(({ ended }) => ended)),
        sleep(STOP_WITHIN_MS, undefined, { ref: false }),
      ]);
    }
    const lives = this.#cluster.lives.map(({ node, asked, child: { exitCode, signalCode } }) => {
      return { node, asked, exitCode, signal: signalCode };
    });
    await this.#cluster.destroy();
    this.#disk?.unmount();
    return checkTeardown({ lives, children: childrenOf(process.pid).length - this.#childrenBefore });
  }

  tally(): Omit<RunReport, 'seed' | 'wrong' | 'durationMs' | 'folder'> {
    const { submissions, windows } = this.#done;
    const frames = this.#facts?.frames ?? [];
    const failed: Record<string, number> = {};
    for (const { frame } of frames) {
      if (frame.failure !== null) failed[frame.failure.code] = (failed[frame.failure.code] ?? 0) + 1;
    }
    const { nodes } = this.#cluster;
    return {
      faults: windows.map(({ fault, node }) => `${fault} ${node}`),
      met: nodes.reduce((sum, node) => sum + this.#cluster.proxy(node).met, 0),
      accepted: frames.length,
      complete: frames.filter(({ frame }) => frame.state === 'complete').length,
      failed,
      refused: submissions.filter(({ kind }) => kind === 'refused').length,
      unknown: submissions.filter(({ kind }) => kind === 'unknown').length,
      quietMs: this.#quietMs,
      last: this.#last,
    };
  }
}
