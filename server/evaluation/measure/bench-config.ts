import type { ClusterConfig } from '../../config/cluster-config.js';
import { resolveClusterConfig } from '../../config/load.js';
import type { TestHost } from '../hosts/host-plan.js';
import type { ClusterRun, TestbedSettings } from './run-matrix.js';

const PORT = 8080;
/** What mistakes are reported of: there is no file. */
const NAME = 'bench testbed';

/**
 * Slow hosts are no lost ones: with a twentieth of a core a tile takes seconds, and heartbeats come late. Nothing here
 * changes what a cluster does while nothing is lost.
 */
const PATIENCE = {
  schedule: {
    heartbeat: { intervalMs: 1_000, lostAfterMs: 20_000 },
    lease: { floorMs: 30_000, waitingMs: 240_000 },
  },
  limits: { frameTimeoutMs: 280_000 },
} as const;

type BenchHost = Pick<TestHost, 'id' | 'address'>;
type Section = Readonly<Record<string, unknown>>;

/**
 * The cluster.yaml of one cluster on test hosts, real or simulated.
 *
 * @param atOnce frames that are under way together: their outputs are kept until they have been checked.
 * @throws ConfigError for a model, grid or depth that cannot be.
 */
export function benchConfig(
  settings: Pick<TestbedSettings, 'depth' | 'maps' | 'model' | 'sections'>,
  { grid }: Pick<ClusterRun, 'grid'>,
  { gateway, devices }: { readonly gateway: BenchHost; readonly devices: readonly BenchHost[] },
  atOnce: number,
): Promise<ClusterConfig> {
  const { depth, maps, model, sections } = settings;
  const addressOf = ({ address }: BenchHost) => `http://${address}:${PORT}`;
  const own = {
    name: 'testbed',
    model,
    partition: { grid, ...(depth === null ? {} : { fusedDepth: depth }) },
    schedule: PATIENCE.schedule,
    wire: { maps },
    limits: { ...PATIENCE.limits, queuedFrames: Math.max(32, atOnce), keptOutputs: atOnce },
    log: { level: 'warn' },
    gateway: { address: addressOf(gateway) },
    devices: devices.map((host) => ({ id: host.id, address: addressOf(host) })),
  };
  // JSON is YAML: what is given on the command line is checked as if it stood in a file.
  const text = JSON.stringify(layered(own, sections), null, 2);
  return resolveClusterConfig(text, { file: NAME, baseDirectory: process.cwd(), env: {} });
}

/** Sections over sections, key by key; whatever is no section takes the other's place. */
function layered(own: Section, over: Section): Section {
  const isSection = (value: unknown): value is Section =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = Object.entries(over).map(([key, value]): [string, unknown] => {
    const mine = own[key];
    return [key, isSection(mine) && isSection(value) ? layered(mine, value) : value];
  });
  return { ...own, ...Object.fromEntries(merged) };
}
