import { performance } from 'node:perf_hooks';
import { pause } from '../../node/pause.js';
import { backoffMs } from '../../node/peers/backoff.js';
import {
  type NodeProcess,
  type NodeStart,
  type ProcessExit,
  startNodeProcess,
} from '../../supervision/node-process.js';
import type { LogLine } from './log-line.js';
import { NodeLog } from './node-log.js';

/** One node to run. */
export interface NodeSpec extends NodeStart {
  readonly id: string;
  readonly address: string;
  /** Null where no log can be kept. */
  readonly logPath: string | null;
}

/** What happens to the nodes. */
export interface ClusterWatcher {
  line(id: string, line: LogLine): void;
  /** A node ended before the cluster was ready: it will not become so. */
  failedToStart(id: string, exit: ProcessExit): void;
  /** A node ended by itself and will be started again after a while. */
  crashed(id: string, exit: ProcessExit, againInMs: number): void;
  /** A node has been started again; whether it gets ready remains to be seen. */
  restarted(id: string): void;
}

const RESTART_BACKOFF = { firstMs: 500, mostMs: 30_000 };
/** A node that has run this long is no longer taken to be one that cannot start. */
const SOUND_AFTER_MS = 60_000;
/** What nodes get to end in good order; then they are killed. */
const KILL_AFTER_MS = 1_200;

interface Slot {
  readonly spec: NodeSpec;
  readonly log: NodeLog;
  process: NodeProcess;
  startedMs: number;
  /** Ends in a row. */
  failures: number;
  done: Promise<void>;
}

/** The nodes of a cluster, each a process of its own, all on this machine. */
export class EmbeddedCluster {
  readonly #watcher: ClusterWatcher;
  readonly #slots = new Map<string, Slot>();
  readonly #stopping = new AbortController();
  #settled = false;

  /** Starts every node at once. */
  constructor(specs: readonly NodeSpec[], watcher: ClusterWatcher) {
    this.#watcher = watcher;
    for (const spec of specs) {
      const log = new NodeLog(spec.logPath, (line) => watcher.line(spec.id, line));
      const process = startNodeProcess(spec, (chunk) => log.take(chunk));
      const slot = { spec, log, process, startedMs: performance.now(), failures: 0, done: Promise.resolve() };
      this.#slots.set(spec.id, slot);
      slot.done = this.#keepRunning(slot);
    }
  }

  /** The process that runs a node at present. */
  pid(id: string): number | undefined {
    return this.#slots.get(id)?.process.pid;
  }

  /** Settles when the process that runs a node at present listens. */
  async started(id: string): Promise<void> {
    await this.#slots.get(id)?.process.started;
  }

  /** The last lines that a node printed. */
  lastLines(id: string): readonly LogLine[] {
    return this.#slots.get(id)?.log.last ?? [];
  }

  /** All nodes have been ready: from here on one that ends is started again. */
  settle(): void {
    this.#settled = true;
  }

  /** Ends every node, by force where it does not go by itself. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#signalAll('SIGTERM');
    const force = setTimeout(() => this.killAll(), KILL_AFTER_MS);
    await Promise.all([...this.#slots.values()].map(({ done }) => done));
    clearTimeout(force);
  }

  killAll(): void {
    this.#stopping.abort();
    this.#signalAll('SIGKILL');
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const { process } of this.#slots.values()) process.kill(signal);
  }

  /** Waits for the node's end, and starts it again, until the cluster stops. */
  async #keepRunning(slot: Slot): Promise<void> {
    const { spec, log } = slot;
    while (true) {
      const exit = await slot.process.ended;
      log.endLine();
      if (this.#stopping.signal.aborted) break;
      if (!this.#settled) {
        this.#watcher.failedToStart(spec.id, exit);
        break;
      }
      slot.failures = performance.now() - slot.startedMs > SOUND_AFTER_MS ? 1 : slot.failures + 1;
      const againInMs = backoffMs(RESTART_BACKOFF, slot.failures, Math.random());
      this.#watcher.crashed(spec.id, exit, againInMs);
      await pause(againInMs, this.#stopping.signal);
      if (this.#stopping.signal.aborted) break;
      slot.process = startNodeProcess(spec, (chunk) => log.take(chunk));
      slot.startedMs = performance.now();
      this.#watcher.restarted(spec.id);
    }
    log.close();
  }
}
