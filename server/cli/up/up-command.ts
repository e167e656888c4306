import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createClient, type DeepThingsClient } from '../../../client/client.js';
import { fetchTransport } from '../../../client/fetch-transport.js';
import type { Transport } from '../../../client/transport.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import { requireToken } from '../../node/http/listen.js';
import { describeExit } from '../../supervision/node-process.js';
import { type StartingNode, waitUntilReady } from '../../supervision/readiness.js';
import { EnvironmentTokens } from '../gateway/cluster-token.js';
import { EXIT_FAILED } from '../terminal/exit-codes.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { errorMark, reportError } from '../terminal/report-error.js';
import { printLine, printNote, printWarning } from '../terminal/terminal.js';
import {
  printAddresses,
  printFailure,
  printLogLine,
  printNodes,
  printReady,
  printStarting,
} from './cluster-terminal.js';
import { runDemo } from './demo.js';
import { EmbeddedCluster, type NodeSpec } from './embedded-cluster.js';
import { Interruption } from './interruption.js';
import { logFolder } from './log-folder.js';
import { readNodeCertificates } from './node-certificates.js';
import { checkPorts } from './ports.js';

export interface UpOptions {
  readonly config: string;
  readonly demo?: boolean;
}

/** What the nodes get to become ready, at first and when one has been started again. */
const READY_LIMIT_MS = 30_000;

/** `deepthings up`: runs until it is told to stop, or a node cannot start. */
export async function runUp({ config: file, demo }: UpOptions): Promise<void> {
  const startedMs = performance.now();
  const token = EnvironmentTokens.read();
  const config = await loadClusterConfig(file);
  for (const { listen } of [config.gateway, ...config.devices]) requireToken(listen.host, token);
  const transport = await nodeTransport(config);
  await checkPorts(config);
  printStarting(config);
  for (const remark of config.remarks) printWarning(remark);
  const up = new Up(config, token, transport);
  process.exitCode = await up.run({ demo: demo ?? false, startedMs });
  process.exit();
}

/** Every node's certificate is checked here; a restarted node is asked with what the files say then. */
async function nodeTransport(config: ClusterConfig): Promise<NodeTransport> {
  const material = readNodeCertificates(config);
  if (material === null) return { transport: fetchTransport, renew() {} };
  const { createUndiciTransport } = await import('../../../client/undici-transport.js');
  const { transport, renewTls } = createUndiciTransport({ tls: material });
  return { transport, renew: () => renewTls(readNodeCertificates(config)!) };
}

/** How the nodes are asked. */
interface NodeTransport {
  readonly transport: Transport;
  /** @throws DeepThingsError `DT_TLS_FILES` */
  renew(): void;
}

/** One run of the embedded cluster, from its start to its end. */
class Up {
  readonly #config: ClusterConfig;
  readonly #token: EnvironmentTokens | null;
  readonly #transport: NodeTransport;
  readonly #specs: readonly NodeSpec[];
  readonly #clients: ReadonlyMap<string, DeepThingsClient>;
  readonly #progress = new ProgressLine();
  readonly #cluster: EmbeddedCluster;
  readonly #interruption: Interruption;
  #waitingFor: readonly string[] = [];
  #ready = false;
  #failed: () => void = () => {};

  constructor(config: ClusterConfig, token: EnvironmentTokens | null, nodeTransport: NodeTransport) {
    this.#config = config;
    this.#transport = nodeTransport;
    this.#token = token;
    this.#specs = nodeSpecs(config);
    this.#clients = new Map(
      this.#specs.map(({ id, address }) => [
        id,
        createClient({ baseUrl: address, transport: nodeTransport.transport, token: token?.current().sent }),
      ]),
    );
    this.#interruption = new Interruption(() => this.#cluster.killAll());
    this.#cluster = this.#startCluster();
  }

  /** @returns the exit code. */
  async run({ demo, startedMs }: { demo: boolean; startedMs: number }): Promise<number> {
    const failed = new Promise<'failed'>((resolve) => {
      this.#failed = () => resolve('failed');
    });
    const interrupted = this.#interruption.asked.then(() => 'interrupted' as const);
    const outcome = await Promise.race([failed, interrupted, this.#start(demo, startedMs)]);
    if (outcome === 'up') await interrupted;
    this.#progress.clear();
    if (outcome !== 'failed') printLine('\nStopping …');
    await this.#cluster.stop();
    return outcome === 'failed' ? EXIT_FAILED : 0;
  }

  async #start(demo: boolean, startedMs: number): Promise<'up' | 'failed'> {
    const { signal } = this.#interruption;
    const onWaiting = (ids: readonly string[]) => {
      this.#waitingFor = ids;
      this.#showStart();
    };
    try {
      await waitUntilReady(
        this.#specs.map(({ id }) => this.#starting(id)),
        { limitMs: READY_LIMIT_MS, signal, onWaiting },
      );
    } catch (error) {
      this.#progress.clear();
      reportError(error);
      return 'failed';
    }
    if (signal.aborted) return 'up';
    this.#ready = true;
    this.#cluster.settle();
    this.#progress.clear();
    printNodes(this.#specs, (id) => this.#cluster.pid(id));
    printReady(this.#config, performance.now() - startedMs);
    const frame = demo ? await this.#demo() : null;
    if (signal.aborted) return 'up';
    printAddresses(this.#config, { hasToken: this.#token !== null, frame });
    return 'up';
  }

  /**
   * The cluster stays up when its demonstration fails: the user will want to look at it.
   *
   * @returns the id of the frame that it made; null when it failed.
   */
  async #demo(): Promise<string | null> {
    const { address, id } = this.#config.gateway;
    try {
      return await runDemo(this.#clients.get(id)!);
    } catch (error) {
      if (!this.#interruption.signal.aborted) printNote(`${errorMark()} ${explainFailure(error, address)}`);
      return null;
    }
  }

  /** With what the first of the nodes that are waited for has said last, such as how far its planning is. */
  #showStart(): void {
    const [first, ...others] = this.#waitingFor;
    if (first === undefined) return;
    const said = this.#cluster.lastLines(first).at(-1);
    const doing = said?.severity === 'info' ? ` (${said.text})` : '';
    this.#progress.show(`Starting: waiting for ${[first + doing, ...others].join(', ')}`);
  }

  #startCluster(): EmbeddedCluster {
    const spec = (id: string) => this.#specs.find((one) => one.id === id)!;
    return new EmbeddedCluster(this.#specs, {
      line: (id, line) => {
        const { severity } = line;
        if (!this.#ready && severity === 'info' && !this.#interruption.signal.aborted) this.#showStart();
        // While they start, nodes that are not there yet are missed by the others.
        if (severity === 'debug' || severity === 'info' || !this.#ready || this.#interruption.signal.aborted) return;
        printLogLine(id, line);
      },
      failedToStart: (id, exit) => {
        if (this.#interruption.signal.aborted) return;
        this.#progress.clear();
        printFailure(spec(id), exit, this.#cluster.lastLines(id));
        this.#failed();
        this.#interruption.abandon();
      },
      crashed: (id, exit, againInMs) => {
        const text = `has ended (${describeExit(exit)}): it is started again in ${(againInMs / 1000).toFixed(1)} s`;
        printLogLine(id, { severity: 'error', text });
      },
      restarted: (id) => void this.#watchRestart(id),
    });
  }

  #starting(id: string): StartingNode {
    return { id, client: this.#clients.get(id)!, started: this.#cluster.started(id) };
  }

  async #watchRestart(id: string): Promise<void> {
    const { signal } = this.#interruption;
    try {
      this.#transport.renew();
      await waitUntilReady([this.#starting(id)], { limitMs: READY_LIMIT_MS, signal });
      if (signal.aborted) return;
      printLogLine(id, { severity: 'info', text: `is ready again, process ${this.#cluster.pid(id)}` });
    } catch (error) {
      printNote((error as Error).message);
    }
  }
}

function nodeSpecs(config: ClusterConfig): readonly NodeSpec[] {
  const { file, gateway, devices } = config;
  const folder = logFolder(file);
  const spec = (id: string, address: string, args: readonly string[]): NodeSpec => ({
    id,
    address,
    args: [...args, '--config', file],
    config,
    logPath: folder === null ? null : join(folder, `${id}.log`),
  });
  return [
    spec(gateway.id, gateway.address, ['gateway']),
    ...devices.map(({ id, address }) => spec(id, address, ['edge', id])),
  ];
}
