import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type DeepThingsClient } from '../../../client/client.js';
import { joinSignals } from '../../../client/deadline-signal.js';
import { createUndiciTransport } from '../../../client/undici-transport.js';
import type { ClusterConfig, NodeConfig } from '../../config/cluster-config.js';
import { DeepThingsError } from '../../errors.js';
import { pause } from '../../node/pause.js';
import { describeExit, type NodeProcess, type ProcessExit, startNodeProcess } from '../../supervision/node-process.js';
import { waitUntilReady } from '../../supervision/readiness.js';
import type { RelayRoute } from '../hosts/relay.js';
import { systemPath } from '../hosts/system-command.js';
import type { TestHosts } from '../hosts/test-hosts.js';
import { type ProcessThreads, type ThreadTimes, threadsOf, threadTimes } from './cpu-profile.js';

/** Takes what a node prints. */
export interface NodeOutput {
  take(chunk: Buffer): void;
  /** Its last lines, for people. */
  readonly last: readonly { readonly text: string }[];
}

export interface BenchClusterParts {
  readonly config: ClusterConfig;
  readonly hosts: TestHosts;
  /** A folder for the relay's sockets is made in it. */
  readonly folder: string;
  readonly outputOf: (node: string) => NodeOutput;
  readonly signal: AbortSignal;
  /** Told who is still waited for. */
  readonly onWaiting: (ids: readonly string[]) => void;
}

/** A node of a small share of a core takes its time to start; longer than this it will not. */
const READY_LIMIT_MS = 300_000;
/** What nodes get to end in good order; then the hosts are taken down with what runs on them. */
const STOP_LIMIT_MS = 2_000;
/** Frames that are submitted all at once wait on a connection each. */
const CONNECTIONS = 128;
const RELAY = 'relay';

/** The nodes of a cluster, each a process on its test host, and clients of them. */
export class BenchCluster {
  readonly config: ClusterConfig;
  readonly client: DeepThingsClient;
  /** Rejects when a node ends by itself. */
  readonly broken: Promise<never>;
  readonly #hosts: TestHosts;
  readonly #processes: ReadonlyMap<string, NodeProcess>;
  readonly #outputs = new Map<string, NodeOutput>();
  readonly #clients: readonly DeepThingsClient[];
  readonly #close: () => Promise<void>;
  readonly #threads = new Map<string, ProcessThreads>();
  #stopping = false;

  private constructor(parts: BenchClusterParts) {
    const { config, hosts, outputOf } = parts;
    this.config = config;
    this.#hosts = hosts;
    const token = randomBytes(24).toString('hex');
    const env = { ...process.env, PATH: systemPath(), DEEPTHINGS_TOKEN: token };
    const start = (id: string, args: readonly string[], what: object, within: readonly string[]) => {
      const output = outputOf(id);
      this.#outputs.set(id, output);
      return startNodeProcess({ args, config: what, within, env }, (chunk) => output.take(chunk));
    };
    const node = (id: string, args: readonly string[]) => start(id, args, config, hosts.within(id));
    // Each cluster has its own: a socket outlives the relay that is killed, and could not be made again.
    const folder = mkdtempSync(join(parts.folder, 'sockets-'));
    const routes = [config.gateway, ...config.devices].map((node) => routeTo(node, folder));
    this.#processes = new Map([
      [RELAY, start(RELAY, ['bench', RELAY], { routes }, hosts.withinClient())],
      [config.gateway.id, node(config.gateway.id, ['gateway'])],
      ...config.devices.map(({ id }): [string, NodeProcess] => [id, node(id, ['edge', id])]),
    ]);
    const transports = routes.map(({ path }) =>
      createUndiciTransport({ socketPath: path, connectionsPerOrigin: CONNECTIONS }),
    );
    this.#clients = [config.gateway, ...config.devices].map(({ address }, i) =>
      createClient({ baseUrl: address, transport: transports[i]!.transport, token }),
    );
    this.client = this.#clients[0]!;
    this.#close = async () => {
      await Promise.all(transports.map(({ close }) => close()));
      rmSync(folder, { recursive: true, force: true });
    };
    this.broken = this.#watch();
    // Nobody may be waiting at that moment.
    this.broken.catch(() => {});
  }

  /**
   * Starts every node and waits until all are ready.
   *
   * @throws DeepThingsError `DT_NOT_READY`, `DT_TESTBED_NODE` for a node that ended.
   */
  static async start(parts: BenchClusterParts): Promise<BenchCluster> {
    const cluster = new BenchCluster(parts);
    // Nodes of a broken cluster are not waited for any longer: that would keep the process alive.
    const givenUp = new AbortController();
    const held = joinSignals([parts.signal, givenUp.signal]);
    const ready = cluster.#ready({ ...parts, signal: held.signal });
    try {
      await unlessAborted(parts.signal, Promise.race([ready, cluster.broken]));
      return cluster;
    } catch (error) {
      givenUp.abort();
      await cluster.stop();
      throw error;
    } finally {
      held.release();
    }
  }

  /** What every node has used of its processors so far, by node. */
  threadTimes(): ReadonlyMap<string, ThreadTimes> {
    return new Map([...this.#threads].map(([id, threads]) => [id, threadTimes(threads)]));
  }

  /** The process that runs a node. */
  pid(id: string): number {
    return this.#processes.get(id)!.pid!;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const all = [...this.#processes.values()];
    for (const node of all) node.kill('SIGTERM');
    const haveEnded = new AbortController();
    void Promise.all(all.map(({ ended }) => ended)).then(() => haveEnded.abort());
    await pause(STOP_LIMIT_MS, haveEnded.signal);
    for (const node of all) node.kill('SIGKILL');
    await this.#close();
  }

  async #ready({ config, onWaiting, signal }: BenchClusterParts): Promise<void> {
    await this.#processes.get(RELAY)!.started;
    const nodes = [config.gateway, ...config.devices].map(({ id }, i) => ({
      id,
      client: this.#clients[i]!,
      started: this.#processes.get(id)!.started,
    }));
    await waitUntilReady(nodes, { limitMs: READY_LIMIT_MS, signal, onWaiting });
    for (const { client, id } of nodes) {
      const threads = await threadsOf(client, this.pid(id));
      if (threads !== null) this.#threads.set(id, threads);
    }
  }

  async #watch(): Promise<never> {
    const [id, exit] = await Promise.race(
      [...this.#processes].map(async ([node, { ended }]) => [node, await ended] as const),
    );
    // What ends while the cluster is stopped is no news.
    if (this.#stopping) return new Promise<never>(() => {});
    throw new DeepThingsError('DT_TESTBED_NODE', this.#obituary(id, exit));
  }

  #obituary(id: string, exit: ProcessExit): string {
    const kills = id === RELAY ? 0 : this.#hosts.usage(id).oomKills;
    const reason = kills > 0 ? ': it needed more memory than its limit (--memory, --gateway-memory)' : '';
    const lines = this.#outputs
      .get(id)!
      .last.map(({ text }) => `\n  ${text}`)
      .join('');
    return `${id} ended (${describeExit(exit)})${reason}${lines}`;
  }
}

/** What comes first: the work's end, or the reason to abort it. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function routeTo({ id, address }: NodeConfig, folder: string): RelayRoute {
  const { hostname, port } = new URL(address);
  return { path: join(folder, `${id}.sock`), host: hostname, port: Number(port) };
}
