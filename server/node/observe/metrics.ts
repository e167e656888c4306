import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ByteCounter } from './byte-counter.js';
import { CpuCounter } from './cpu-counter.js';
import { HeapGauge } from './heap-gauge.js';
import { SocketTraffic } from './socket-traffic.js';

const TILE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FRAME_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const BYTE_KINDS =
  'before TLS, by kind: picture (as submitted), frame (letterboxed, shared out), input (of tiles and slices), overlap (strips, border ' +
  'rows), result, client (answers to people and programs), control (headers and all else)';

/** One node's metrics, in a registry of its own so that several nodes fit into one process. */
export interface NodeMetrics {
  readonly registry: Registry;
  readonly tileCompute: Histogram;
  readonly tileTransfer: Histogram;
  readonly tileWait: Histogram;
  readonly frameDuration: Histogram<'state'>;
  readonly fusedDuration: Histogram;
  readonly remainingDuration: Histogram;
  /** To be told of every socket of the node. */
  readonly traffic: SocketTraffic;
  readonly bytesSent: ByteCounter;
  readonly bytesReceived: ByteCounter;
  readonly steals: Counter<'direction'>;
  readonly retries: Counter<'what'>;
  readonly results: Counter<'verdict'>;
  /** Results that were compared with another device's, by how that ended. */
  readonly audits: Counter<'outcome'>;
  readonly quarantined: Gauge<'device'>;
  /** Results and strips with values that are not finite, by the device (or the address) that gave them. */
  readonly notFinite: Counter<'from'>;
  readonly refused: Counter<'code'>;
  /** Bodies that arrived damaged: `part` says whether it was asked with or answered. */
  readonly damaged: Counter<'kind' | 'part'>;
  /** Answers that no node of the cluster gave, by the address that was asked and the operation. */
  readonly badAnswers: Counter<'peer' | 'kind'>;
  /** Peers that kept failing: how often each was suspended, and whether it is now. */
  readonly suspended: Counter<'peer' | 'calls'>;
  readonly suspendedNow: Gauge<'peer' | 'calls'>;
  readonly storeFailures: Counter<'what'>;
  readonly pending: Gauge;
  readonly cpu: CpuCounter;
  readonly heap: HeapGauge;
  /** Shows until when a certificate is valid, as of each look. */
  certificateExpires(certificate: string, secondsLeft: () => number): void;
  /** Shows what something holds of open frames, as of each look: nothing, when no frame is open. */
  holds(what: string, amount: () => number): void;
}

export function createMetrics(labels: { readonly role: string; readonly node: string }): NodeMetrics {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  const registers = [registry];
  const traffic = new SocketTraffic();
  const holders = new Map<string, () => number>();
  const held: Gauge<'what'> = new Gauge({
    name: 'deepthings_held',
    help: 'What is held for open frames, by what: nothing of a frame that has ended stays',
    labelNames: ['what'],
    registers,
    collect: () => {
      for (const [what, amount] of holders) held.set({ what }, amount());
    },
  });
  const expiries = new Map<string, () => number>();
  const expires: Gauge<'certificate'> = new Gauge({
    name: 'deepthings_tls_certificate_expires_seconds',
    help: "Until a certificate expires, this node's own or its authority's (ca); negative when it has",
    labelNames: ['certificate'],
    registers,
    collect: () => {
      for (const [certificate, left] of expiries) expires.set({ certificate }, left());
    },
  });
  const seconds = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `deepthings_${name}_seconds`, help, buckets, registers });
  const memory: Gauge = new Gauge({
    name: 'deepthings_resident_memory_bytes',
    help: 'Resident memory of the process',
    registers,
    collect: () => memory.set(process.memoryUsage.rss()),
  });
  return {
    registry,
    tileCompute: seconds('tile_compute', 'Computation of one tile', TILE_SECONDS),
    tileTransfer: seconds('tile_transfer', 'From asking a victim for a task to having it', TILE_SECONDS),
    tileWait: seconds('tile_wait', 'From having a task to starting it', TILE_SECONDS),
    frameDuration: new Histogram({
      name: 'deepthings_frame_seconds',
      help: 'From accepting a frame to its end',
      labelNames: ['state'],
      buckets: FRAME_SECONDS,
      registers,
    }),
    fusedDuration: seconds(
      'frame_fused',
      'From the letterboxed picture at its source to the merged fused stack',
      FRAME_SECONDS,
    ),
    remainingDuration: seconds('frame_remaining', 'The remaining layers and the head', FRAME_SECONDS),
    traffic,
    bytesSent: new ByteCounter({
      name: 'deepthings_sent_bytes_total',
      help: `Everything sent, ${BYTE_KINDS}`,
      registry,
      total: () => traffic.sent,
    }),
    bytesReceived: new ByteCounter({
      name: 'deepthings_received_bytes_total',
      help: `Everything received, ${BYTE_KINDS}`,
      registry,
      total: () => traffic.received,
    }),
    steals: new Counter({
      name: 'deepthings_steals_total',
      help: 'Tasks stolen: taken from others, given to others, asked for in vain',
      labelNames: ['direction'],
      registers,
    }),
    retries: new Counter({
      name: 'deepthings_retries_total',
      help: 'What had to be tried again',
      labelNames: ['what'],
      registers,
    }),
    results: new Counter({
      name: 'deepthings_results_total',
      help: 'Tile outputs by what became of them',
      labelNames: ['verdict'],
      registers,
    }),
    audits: new Counter({
      name: 'deepthings_audits_total',
      help: 'Tiles that a second device was to run as well, to compare: agreed, disagreed, skipped (none could), undecided',
      labelNames: ['outcome'],
      registers,
    }),
    quarantined: new Gauge({
      name: 'deepthings_quarantined',
      help: '1 for a device that computed something wrong and was not released yet',
      labelNames: ['device'],
      registers,
    }),
    notFinite: new Counter({
      name: 'deepthings_not_finite_total',
      help: 'Results and strips that were refused since not all of their values are finite, by the device or address they came from',
      labelNames: ['from'],
      registers,
    }),
    refused: new Counter({
      name: 'deepthings_refused_total',
      help: 'Requests answered with a problem, by code',
      labelNames: ['code'],
      registers,
    }),
    damaged: new Counter({
      name: 'deepthings_damaged_bodies_total',
      help: 'Bodies that arrived with another digest than they were sent with, by operation, of requests and answers',
      labelNames: ['kind', 'part'],
      registers,
    }),
    badAnswers: new Counter({
      name: 'deepthings_bad_answers_total',
      help: 'Answers between nodes that the operation does not declare (a proxy, a login page), by peer and operation',
      labelNames: ['peer', 'kind'],
      registers,
    }),
    suspended: new Counter({
      name: 'deepthings_peer_suspensions_total',
      help: 'How often a peer kept failing and was suspended for a while, by address and what it was asked for',
      labelNames: ['peer', 'calls'],
      registers,
    }),
    suspendedNow: new Gauge({
      name: 'deepthings_peers_suspended',
      help: '1 for a peer that kept failing and is suspended until it answers again',
      labelNames: ['peer', 'calls'],
      registers,
    }),
    storeFailures: new Counter({
      name: 'deepthings_store_failures_total',
      help: 'What could not be written to the store',
      labelNames: ['what'],
      registers,
    }),
    cpu: new CpuCounter(registry),
    heap: new HeapGauge(registry),
    pending: new Gauge({ name: 'deepthings_pending_tasks', help: 'Tasks in the queue', registers }),
    certificateExpires: (certificate, left) => void expiries.set(certificate, left),
    holds: (what, amount) => void holders.set(what, amount),
  };
}
