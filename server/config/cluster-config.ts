import type { FusedDepth } from '../geometry/choose-cut.js';
import { type Grid, parseGrid } from '../geometry/grid.js';
import type { DetectionLimits } from '../heads/detection.js';
import type { ModelSpec } from '../model-files/model-spec.js';
import { type HostPort, parseListen, parseNodeAddress } from './checks/node-address.js';
import type { ClusterFile } from './cluster-file.js';
import { CLUSTER_DEFAULTS, GATEWAY_ID, NMS_BY_MODEL } from './defaults.js';
import { type OverlapConfig, resolveFaithful, strategyOf } from './faithful.js';
import { type EngineConfig, resolveEngine } from './node-engine.js';
import { MEMORY, type StorePathOrigin, storePath } from './store-path.js';
import { resolveTls, type TlsConfig } from './tls-config.js';
import { parseByteSize, parseDuration } from './units.js';

/** A section with nothing left out, frozen. */
type Filled<T> = T extends object ? { readonly [K in keyof T]-?: Filled<NonNullable<T[K]>> } : T;
type Section<K extends keyof ClusterFile> = Filled<NonNullable<ClusterFile[K]>>;

/** The model to load (paths are absolute) and what counts as a detection. */
export interface ModelConfig extends ModelSpec {
  /** Lowest score that is reported, 0 to 1. */
  readonly threshold: number;
  /** Of two boxes of a class that overlap by more than this (intersection over union) one is dropped. */
  readonly nms: number;
}

export interface PartitionConfig {
  readonly grid: Grid;
  /** Where the fused part ends; a cut of the model. */
  readonly fusedDepth: FusedDepth;
}

/** One node, the gateway or an edge device. */
export interface NodeConfig {
  /** `gateway` for the gateway. */
  readonly id: string;
  /** Where the others reach it: scheme, host and port, no slash at the end. */
  readonly address: string;
  /** Where it listens. */
  readonly listen: HostPort;
  /** What it computes with. */
  readonly engine: EngineConfig;
}

export interface GatewayConfig extends NodeConfig {
  /**
   * The gateway computes whole frames: with `auto` while no device is there; with true also when it is idle and no device is free. With
   * true it is a member of gangs of all devices as well.
   */
  readonly compute: 'auto' | boolean;
}

export interface DeviceConfig extends NodeConfig {
  /** Whether frames may start on it. */
  readonly source: boolean;
  /** How fast it computes, compared with the others; null: as measured. */
  readonly speed: number | null;
}

/** Where and how long the gateway keeps frames. */
export interface StoreConfig {
  /** Absolute; null: in memory only. */
  readonly path: string | null;
  /** Also of frames that have ended. */
  readonly keepPictures: boolean;
  /** Of ended frames: the oldest that is kept, */
  readonly ageMs: number;
  /** the bytes of their pictures, */
  readonly bytes: number;
  /** and how many. */
  readonly frames: number;
}

/** A cluster.yaml that has been checked: defaults filled in, text parsed, frozen throughout. */
export interface ClusterConfig {
  /** The file it was read from, as it was named. */
  readonly file: string;
  readonly name: string;
  readonly model: ModelConfig;
  readonly partition: PartitionConfig;
  readonly schedule: Section<'schedule'>;
  readonly overlap: OverlapConfig;
  readonly wire: Section<'wire'>;
  readonly audit: Section<'audit'>;
  readonly gateway: GatewayConfig;
  readonly devices: readonly DeviceConfig[];
  /** Null: nodes speak http. */
  readonly tls: TlsConfig | null;
  /** Sizes in bytes. */
  readonly limits: { readonly [K in keyof Section<'limits'>]: number };
  readonly store: StoreConfig;
  readonly log: Section<'log'>;
  /** What a user should know although the configuration can be used, a sentence each. */
  readonly remarks: readonly string[];
}

export interface ResolvedParts extends StorePathOrigin {
  readonly file: string;
  readonly spec: ModelSpec;
  /** What the model's head usually has; undefined where that is as everywhere. */
  readonly limits: DetectionLimits | undefined;
  readonly remarks: readonly string[];
}

const HOMELESS_REMARK =
  'this user has no home folder, so the gateway keeps frames in memory, until it ends: set store.path in cluster.yaml, ' +
  'XDG_STATE_HOME or HOME to keep them';

const TILES_REMARK =
  'partition is for frames that are cut into tiles, and frames of auto, the default strategy, are not: set schedule.strategy to ' +
  'ftp-wst-s in cluster.yaml to have tiles, or leave partition out';

/** Fills in the defaults and parses what is text. The file must have passed every check. */
export function resolveCluster(given: ClusterFile, parts: ResolvedParts): ClusterConfig {
  const { file, limits: usual, spec, remarks } = parts;
  const { partition, schedule } = given;
  const limits = { ...CLUSTER_DEFAULTS.limits, ...given.limits };
  const nms = given.model.nms ?? usual?.nms ?? NMS_BY_MODEL[spec.name ?? ''] ?? CLUSTER_DEFAULTS.model.nms;
  const threshold = given.model.threshold ?? usual?.threshold ?? CLUSTER_DEFAULTS.model.threshold;
  const name = given.name ?? CLUSTER_DEFAULTS.name;
  const { age, bytes, ...store } = { ...CLUSTER_DEFAULTS.store, ...given.store };
  const wire = { ...CLUSTER_DEFAULTS.wire, ...given.wire };
  const framesPath = storePath(given.store?.path, name, parts);
  const isUnused = partition !== undefined && schedule?.strategy === undefined && strategyOf(schedule) === 'auto';
  const isHomeless = framesPath === null && given.store?.path !== MEMORY;
  const filled = {
    file,
    name,
    model: { ...spec, threshold, nms },
    partition: {
      grid: parseGrid(partition?.grid ?? CLUSTER_DEFAULTS.partition.grid),
      fusedDepth: partition?.fusedDepth ?? CLUSTER_DEFAULTS.partition.fusedDepth,
    },
    schedule: {
      strategy: strategyOf(schedule),
      cameraQueue: schedule?.cameraQueue ?? CLUSTER_DEFAULTS.schedule.cameraQueue,
      order: schedule?.order ?? CLUSTER_DEFAULTS.schedule.order,
      remaining: schedule?.remaining ?? CLUSTER_DEFAULTS.schedule.remaining,
      prefetch: schedule?.prefetch ?? CLUSTER_DEFAULTS.schedule.prefetch,
      faithful: schedule?.faithful ?? CLUSTER_DEFAULTS.schedule.faithful,
      steal: { ...CLUSTER_DEFAULTS.schedule.steal, ...schedule?.steal },
      lease: { ...CLUSTER_DEFAULTS.schedule.lease, ...schedule?.lease },
      heartbeat: { ...CLUSTER_DEFAULTS.schedule.heartbeat, ...schedule?.heartbeat },
      drain: { ...CLUSTER_DEFAULTS.schedule.drain, ...schedule?.drain },
    },
    overlap: { ...CLUSTER_DEFAULTS.overlap, ...given.overlap },
    wire,
    audit: {
      fraction: given.audit?.fraction ?? CLUSTER_DEFAULTS.audit.fraction,
      tolerance: given.audit?.tolerance ?? CLUSTER_DEFAULTS.audit.tolerance[wire.maps],
    },
    gateway: {
      ...resolveNode({ id: GATEWAY_ID, ...given.gateway }, given.engine),
      compute: given.gateway.compute ?? CLUSTER_DEFAULTS.gateway.compute,
    },
    devices: given.devices.map((device) => ({
      ...resolveNode(device, given.engine),
      source: device.source ?? CLUSTER_DEFAULTS.device.source,
      speed: device.speed ?? null,
    })),
    tls: resolveTls(given.tls, parts),
    limits: {
      ...limits,
      pictureBytes: parseByteSize(limits.pictureBytes),
      overlapBytes: parseByteSize(limits.overlapBytes),
    },
    store: {
      ...store,
      path: framesPath,
      ageMs: parseDuration(age),
      bytes: parseByteSize(bytes),
    },
    log: { ...CLUSTER_DEFAULTS.log, ...given.log },
    remarks: [...remarks, ...(isHomeless ? [HOMELESS_REMARK] : []), ...(isUnused ? [TILES_REMARK] : [])],
  };
  return freezeDeeply({ ...filled, ...resolveFaithful(filled.schedule, filled.overlap, wire) });
}

function resolveNode(
  node: Pick<ClusterFile['devices'][number], 'id' | 'address' | 'listen' | 'engine'>,
  engine: ClusterFile['engine'],
): NodeConfig {
  const address = parseNodeAddress(node.address);
  const listen = node.listen === undefined ? address : parseListen(node.listen);
  if (address.kind === 'bad' || 'remedy' in listen) throw new TypeError(`node ${node.id} was not checked`);
  return {
    id: node.id,
    address: address.origin,
    listen: { host: listen.host, port: listen.port },
    engine: resolveEngine(engine, node.engine),
  };
}

function freezeDeeply<T extends object>(value: T): T {
  for (const child of Object.values(value)) {
    if (typeof child === 'object' && child !== null && !Object.isFrozen(child)) freezeDeeply(child);
  }
  return Object.freeze(value);
}
