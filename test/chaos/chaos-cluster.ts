import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { loadClusterConfig } from '../../server/config/load.js';
import { spawnTestNode } from '../support/node-process.js';
import { freePorts } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { ChaosProxy } from './chaos-proxy.js';
import { clusterYaml, type NodePorts } from './cluster-shape.js';
import { Draws } from './draws.js';
import type { ChaosPlan } from './plan.js';

const LIVE_WITHIN_MS = 60_000;
const GATEWAY = 'gateway';

/** One process that ran a node, and how it ended. */
export interface NodeLife {
  readonly node: string;
  readonly child: ChildProcess;
  /** The last signal that was to end it, or that it could not start on a full disk; null when nothing was to end it. */
  asked: 'SIGKILL' | 'SIGTERM' | 'full-disk' | null;
  readonly ended: Promise<void>;
}

/** A cluster of processes, each behind a proxy of its own that can disturb what is sent to it. */
export class ChaosCluster {
  readonly lives: NodeLife[] = [];
  readonly nodes: readonly string[];
  readonly config: ClusterConfig;
  readonly #file: string;
  readonly #folder: string;
  readonly #ports: ReadonlyMap<string, NodePorts>;
  readonly #proxies: ReadonlyMap<string, ChaosProxy>;
  readonly #transport = createUndiciTransport({ connectionsPerOrigin: 64 });

  private constructor(
    config: ClusterConfig,
    folder: string,
    ports: ReadonlyMap<string, NodePorts>,
    proxies: ReadonlyMap<string, ChaosProxy>,
  ) {
    this.config = config;
    this.#file = config.file;
    this.#folder = folder;
    this.#ports = ports;
    this.#proxies = proxies;
    this.nodes = [...ports.keys()];
    process.once('exit', this.#killAll);
  }

  /** Also when the runs are interrupted: what is frozen would stay for ever. */
  readonly #killAll = () => {
    for (const life of this.lives.filter(isRunning)) life.child.kill('SIGKILL');
  };

  /** Writes cluster.yaml, puts up the proxies, starts every node and waits until all are live. */
  static async start({ seed, shape, devices }: ChaosPlan, folder: string, yaml: string): Promise<ChaosCluster> {
    const nodes = [GATEWAY, ...devices];
    const free = await freePorts(2 * nodes.length);
    const ports = new Map(nodes.map((node, i) => [node, { address: free[2 * i]!, listen: free[2 * i + 1]! }]));
    const file = join(folder, 'cluster.yaml');
    const [gateway, ...rest] = [...ports.values()];
    await writeFile(file, clusterYaml(shape, gateway!, rest, yaml));
    const config = await loadClusterConfig(file, {});
    const proxies = new Map<string, ChaosProxy>();
    for (const [i, [node, { address, listen }]] of [...ports].entries()) {
      const proxy = new ChaosProxy({ host: '127.0.0.1', port: listen }, new Draws(seed, 100 + i));
      await proxy.listen(address);
      proxies.set(node, proxy);
    }
    const cluster = new ChaosCluster(config, folder, ports, proxies);
    for (const node of nodes) cluster.spawn(node);
    try {
      await cluster.allLive();
      return cluster;
    } catch (error) {
      await cluster.destroy();
      throw error;
    }
  }

  /** Talks to a node itself, past its proxy. */
  direct(node: string): DeepThingsClient {
    return createClient({ baseUrl: this.directAddress(node), transport: this.#transport.transport });
  }

  /** Talks to a node as others do. */
  proxied(node: string): DeepThingsClient {
    const baseUrl = `http://127.0.0.1:${this.#ports.get(node)!.address}`;
    return createClient({ baseUrl, transport: this.#transport.transport });
  }

  directAddress(node: string): string {
    return `http://127.0.0.1:${this.#ports.get(node)!.listen}`;
  }

  proxy(node: string): ChaosProxy {
    return this.#proxies.get(node)!;
  }

  /** The process that runs a node now, or ran it last. */
  life(node: string): NodeLife {
    return this.lives.findLast((life) => life.node === node)!;
  }

  spawn(node: string): NodeLife {
    const child = spawnTestNode({ node, file: this.#file, logFile: join(this.#folder, `${node}.log`) });
    const life: NodeLife = { node, child, asked: null, ended: once(child, 'exit').then(() => {}) };
    this.lives.push(life);
    return life;
  }

  signal(life: NodeLife, signal: 'SIGKILL' | 'SIGTERM'): void {
    if (isRunning(life)) life.asked = signal;
    life.child.kill(signal);
  }

  /** Of a node's log. */
  async lastLine(node: string): Promise<string> {
    const log = await readFile(join(this.#folder, `${node}.log`), 'utf8');
    return log.trimEnd().split('\n').at(-1)!;
  }

  /** Waits until a node that was started answers. */
  async answers(node: string): Promise<void> {
    const client = this.direct(node);
    await waitUntil(async () => {
      const answer = await client.call('getLive', { timeoutMs: 2_000 }).catch(() => null);
      return answer?.status === 200;
    }, LIVE_WITHIN_MS);
  }

  async allLive(): Promise<void> {
    await waitUntil(async () => {
      const state = await this.direct(GATEWAY)
        .call('getCluster', { timeoutMs: 2_000 })
        .catch(() => null);
      return state?.json?.devices.every((device) => device.state === 'live') ?? false;
    }, LIVE_WITHIN_MS);
  }

  /** Ends whatever still runs, at once. */
  async destroy(): Promise<void> {
    const running = this.lives.filter(isRunning);
    for (const life of running) this.signal(life, 'SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
    await this.#transport.close();
    process.off('exit', this.#killAll);
  }
}

export function isRunning({ child }: NodeLife): boolean {
  return child.exitCode === null && child.signalCode === null;
}
