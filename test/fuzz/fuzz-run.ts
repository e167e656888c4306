import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { computeReferences } from '../chaos/reference.js';
import { smallPicture } from '../node/small-cluster.js';
import { growth, type NodeUse, quiet, useOf } from '../support/node-use.js';
import { framesAfterwards } from './afterwards.js';
import { drawCase, type FuzzCase, type Material, type RecordedBody } from './cases.js';
import { describeMistake } from './describing.js';
import { type FuzzCluster, startFuzzCluster } from './fuzz-cluster.js';
import { LiveWatch } from './live-watch.js';
import { mistakesOf } from './verdict.js';
import { exchange } from './wire.js';

/** Requests that are under way at once. */
const LANES = 4;
/** How long a request that a node may hold is left with it. */
const HELD_MS = 400;
const ANSWER_WITHIN_MS = 15_000;
/** The part of the time after which the cluster is warm: what it has grown by then, it needs. */
const WARM_SHARE = 0.3;
/** Of all requests; a third usually is. */
const LEAST_LET_IN = 0.05;
const LEAST_WARM_CASES = 300;
const NAMES_EVERY_MS = 500;
/** So many things wrong are enough. */
const MOST_WRONG = 20;

export interface FuzzPlan {
  readonly seed: number;
  readonly seconds: number;
  /** First and last; null for as many as there is time for. */
  readonly cases: readonly [number, number] | null;
  readonly keep: boolean;
}

export interface FuzzReport {
  readonly wrong: readonly string[];
  readonly cases: number;
  /** Answers by status; `none` where a connection ended without one. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestLiveMs: number;
  readonly before: readonly NodeUse[];
  readonly after: readonly NodeUse[];
  /** Where the logs are, when something is wrong. */
  readonly folder: string | null;
}

/** Sends a cluster of its own whatever can be sent wrongly, and says what was wrong with how it took that. */
export async function runFuzz(plan: FuzzPlan): Promise<FuzzReport> {
  const folder = await mkdtemp(join(tmpdir(), `deepthings-fuzz-${plan.seed}-`));
  const picture = await smallPicture();
  const started = await startFuzzCluster(folder, picture);
  const run = new FuzzInProgress(plan, started, folder, picture);
  try {
    await run.play();
  } catch (error) {
    run.wrong.push(`the run itself failed: ${(error as Error).stack}`);
  } finally {
    await started.stop();
  }
  const kept = plan.keep || run.wrong.length > 0;
  if (!kept) await rm(folder, { recursive: true, force: true });
  const { wrong, cases, before, after, slowestLiveMs } = run;
  return {
    wrong,
    cases,
    statuses: Object.fromEntries(run.statuses),
    slowestLiveMs,
    before,
    after,
    folder: kept ? folder : null,
  };
}

class FuzzInProgress {
  readonly wrong: string[] = [];
  readonly statuses = new Map<string, number>();
  cases = 0;
  before: NodeUse[] = [];
  after: NodeUse[] = [];
  slowestLiveMs = 0;
  readonly #plan: FuzzPlan;
  readonly #started: FuzzCluster;
  readonly #folder: string;
  readonly #picture: Buffer;
  readonly #recorded: readonly RecordedBody[];
  #next: number;
  #names: Material['names'] = { devices: ['e0', 'e1'], frames: [], epoch: 'zz' };

  constructor(plan: FuzzPlan, started: FuzzCluster, folder: string, picture: Buffer) {
    this.#plan = plan;
    this.#started = started;
    this.#folder = folder;
    this.#picture = picture;
    this.#recorded = started.recording.bodies;
    this.#next = plan.cases?.[0] ?? 0;
  }

  async play(): Promise<void> {
    const { cluster } = this.#started;
    const references = await computeReferences(cluster.config, [this.#picture]);
    const watch = new LiveWatch(cluster);
    await this.#lookAtNames();
    const names = setInterval(() => void this.#lookAtNames(), NAMES_EVERY_MS);
    const { seconds, cases } = this.#plan;
    const endMs = Date.now() + seconds * 1_000;
    try {
      if (cases === null) {
        const warmMs = Date.now() + WARM_SHARE * seconds * 1_000;
        await this.#send((number) => (Date.now() < warmMs || number < LEAST_WARM_CASES) && Date.now() < endMs);
        this.before = await this.#use();
        await this.#send(() => Date.now() < endMs);
      } else {
        await this.#send((number) => number <= cases[1]);
      }
    } finally {
      clearInterval(names);
    }
    if (this.#ended().length === 0) {
      this.after = await this.#use();
      this.wrong.push(
        ...growth(this.before, this.after),
        ...(await framesAfterwards(cluster, this.#picture, references)),
      );
    }
    this.wrong.push(...this.#letIn(), ...watch.stop(), ...this.#ended(), ...(await this.#fatal()));
    this.slowestLiveMs = watch.slowestMs;
  }

  /** A run whose requests are all turned away at the door has tried nothing behind it. */
  #letIn(): string[] {
    if (this.#plan.cases !== null) return [];
    const letIn = [...this.statuses].reduce((sum, [status, count]) => sum + (status.startsWith('2') ? count : 0), 0);
    return letIn >= LEAST_LET_IN * this.cases ? [] : [`only ${letIn} of ${this.cases} requests were let in`];
  }

  /** Cases one after the other in each lane, for as long as `more` says so. */
  async #send(more: (number: number) => boolean): Promise<void> {
    const lane = async () => {
      while (more(this.#next) && this.wrong.length < MOST_WRONG && this.#ended().length === 0) {
        await this.#try(this.#next++);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  async #try(number: number): Promise<void> {
    const { nodes } = this.#started.cluster;
    const material = { nodes, recorded: this.#recorded, picture: this.#picture, names: this.#names };
    const drawn = drawCase(this.#plan.seed, number, material);
    const answer = await exchange(this.#addressOf(drawn), drawn.pieces, drawn.mayBeHeld ? HELD_MS : ANSWER_WITHIN_MS);
    this.cases++;
    const status = String(answer.status ?? 'none');
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    for (const mistake of mistakesOf(drawn, answer))
      this.wrong.push(describeMistake(this.#plan.seed, drawn, mistake, answer));
    if (this.#ended().length > 0)
      this.wrong.push(describeMistake(this.#plan.seed, drawn, 'a process has ended', answer));
  }

  #addressOf({ node }: FuzzCase): string {
    return this.#started.cluster.listens(node);
  }

  async #lookAtNames(): Promise<void> {
    const { client } = this.#started.cluster;
    try {
      const [frames, state] = await Promise.all([
        client.call('listFrames', { query: { limit: 6 } }),
        client.call('getCluster'),
      ]);
      this.#names = {
        ...this.#names,
        frames: frames.json!.frames.map(({ id }) => id),
        epoch: state.json!.epoch ?? 'zz',
      };
    } catch {
      // A node that does not answer is the watch's to tell.
    }
  }

  /** What every node holds when it has nothing to do. */
  async #use(): Promise<NodeUse[]> {
    const { cluster } = this.#started;
    this.wrong.push(...(await quiet(cluster)));
    await sleep(1_000);
    return Promise.all(cluster.nodes.map((node) => useOf(cluster, node, this.#folder)));
  }

  #ended(): string[] {
    const { cluster } = this.#started;
    return cluster.nodes
      .map((node) => [node, cluster.process(node)] as const)
      .filter(([, child]) => child.exitCode !== null || child.signalCode !== null)
      .map(([node, child]) => `${node} ended by itself: ${child.signalCode ?? `exit code ${child.exitCode}`}`);
  }

  async #fatal(): Promise<string[]> {
    const logs = await Promise.all(
      this.#started.cluster.nodes.map(
        async (node) => [node, await readFile(join(this.#folder, `${node}.log`), 'utf8')] as const,
      ),
    );
    return logs.flatMap(([node, log]) =>
      log
        .split('\n')
        .filter((line) => line.includes('"level":60'))
        .map((line) => `${node} logged ${line}`),
    );
  }
}
