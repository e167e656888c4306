import fc from 'fast-check';
import type { QueuePlace } from '../../../server/scheduling/ledger/ledger-events.js';
import { type ClusterSetup, HEARTBEAT_MS, type Sharing, type SimulatedCluster } from './simulated-cluster.js';
import type { SimulatedDevice } from './simulated-device.js';

/** One thing that happens. Numbers pick among what there is, so that a script stays one when it is shortened. */
export type Happening =
  | {
      readonly kind: 'submit';
      readonly parts: number;
      readonly source: number | null;
      readonly how: Sharing;
      readonly place: QueuePlace;
    }
  /** A camera is faster than the cluster. */
  | { readonly kind: 'burst'; readonly frames: number; readonly how: Sharing; readonly place: QueuePlace }
  | { readonly kind: 'submit own'; readonly device: number; readonly parts: number }
  | { readonly kind: 'heartbeat' | 'work' | 'hand back'; readonly device: number }
  | { readonly kind: 'steal' | 'steal in vain'; readonly device: number; readonly victim: number }
  | {
      readonly kind: 'freeze' | 'thaw' | 'kill' | 'restart' | 'leave' | 'find dead' | 'drain' | 'resume' | 'replace';
      readonly device: number;
    }
  | { readonly kind: 'go wrong' | 'repair' | 'release'; readonly device: number }
  | { readonly kind: 'judge' | 'judge in vain' | 'judge without an engine'; readonly pick: number }
  | {
      readonly kind: 'arrive' | 'lose' | 'duplicate' | 'give up' | 'finish' | 'refuse remaining' | 'delete';
      readonly pick: number;
    }
  | { readonly kind: 'predict'; readonly device: number; readonly ms: number }
  /** The gateway has been so busy for a while. */
  | { readonly kind: 'busy'; readonly share: number }
  /** So many pictures are being looked at. */
  | { readonly kind: 'arriving'; readonly count: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'round' | 'restart gateway' };

const device = fc.nat(4);
const pick = fc.nat(30);
const parts = fc.integer({ min: 1, max: 4 });
const kinds = <Kind extends Happening['kind']>(...all: Kind[]) => fc.constantFrom(...all);

const how = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Sharing>('stealing') },
  { weight: 6, arbitrary: fc.constantFrom<Sharing>('sharing', 'sharing', 'gang', 'auto', 'bounded') },
);

/** Of cameras, most of which want their newest frame only; or of a client. */
const place: fc.Arbitrary<QueuePlace> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.record({
      origin: fc.constantFrom('door', 'yard'),
      queue: fc.constantFrom('latest' as const, 'latest' as const, 'all' as const),
    }),
  },
);

const submission: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kinds('submit'), parts, source: fc.option(device), how, place }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds('submit own'), device, parts }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kinds('burst'), frames: fc.integer({ min: 2, max: 5 }), how, place }),
  },
);

/** What happens in a cluster that nothing is wrong with. */
const ordinary: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: submission },
  { weight: 6, arbitrary: fc.record({ kind: kinds('heartbeat', 'work'), device }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds('steal'), device, victim: device }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('hand back'), device }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('arriving'), count: fc.constantFrom(0, 0, 0, 2) }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('busy'), share: fc.constantFrom(0, 0.8, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('predict'), device, ms: fc.integer({ min: 1, max: 2000 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: kinds('arrive'), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('finish', 'judge'), pick }) },
);

const fault: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kinds('lose', 'duplicate', 'give up'), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('refuse remaining'), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('steal in vain'), device, victim: device }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('freeze', 'thaw', 'kill', 'restart'), device }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('leave', 'find dead'), device }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds('drain', 'resume', 'replace'), device }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds('go wrong', 'go wrong', 'repair', 'release'), device }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds('judge in vain', 'judge without an engine'), pick }) },
);

const rare: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: kinds('delete'), pick }),
  fc.constant<Happening>({ kind: 'restart gateway' }),
);

export const chaos: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 36, arbitrary: ordinary },
    { weight: 9, arbitrary: fault },
    { weight: 3, arbitrary: fc.record({ kind: kinds('pass'), ms: fc.integer({ min: 1, max: 500 }) }) },
    { weight: 6, arbitrary: fc.constant<Happening>({ kind: 'round' }) },
    { weight: 1, arbitrary: rare },
  ),
  { maxLength: 120, size: 'max' },
);

/** Time passes in `round` only, in which every device is heard. */
export const calm: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof({ weight: 12, arbitrary: ordinary }, { weight: 3, arbitrary: fc.constant<Happening>({ kind: 'round' }) }),
  { maxLength: 120, size: 'max' },
);

/** Devices are drained, and resumed or replaced, and nothing is wrong. */
export const orderly: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: ordinary },
    { weight: 3, arbitrary: fc.constant<Happening>({ kind: 'round' }) },
    { weight: 2, arbitrary: fc.record({ kind: kinds('drain', 'drain', 'resume', 'replace'), device }) },
  ),
  { maxLength: 120, size: 'max' },
);

export function happen(cluster: SimulatedCluster, happening: Happening): void {
  const at = (index: number): SimulatedDevice => cluster.devices[index % cluster.devices.length]!;
  switch (happening.kind) {
    case 'submit':
      cluster.submit(
        happening.parts,
        happening.source === null ? null : at(happening.source).name,
        happening.how,
        happening.place,
      );
      return;
    case 'burst':
      for (let i = 0; i < happening.frames; i++) cluster.submit(2, null, happening.how, happening.place);
      return;
    case 'submit own':
      cluster.submitOwn(at(happening.device), happening.parts);
      return;
    case 'heartbeat':
      cluster.heartbeat(at(happening.device));
      return;
    case 'work':
      cluster.work(at(happening.device));
      return;
    case 'hand back':
      cluster.handBack(at(happening.device));
      return;
    case 'steal':
    case 'steal in vain':
      cluster.steal(at(happening.device), at(happening.victim), happening.kind === 'steal');
      return;
    case 'freeze':
    case 'thaw':
    case 'kill':
    case 'restart':
      changeState(at(happening.device), happening.kind);
      return;
    case 'drain':
      cluster.drain(at(happening.device));
      return;
    case 'resume':
      at(happening.device).resume();
      return;
    case 'replace':
      cluster.replace(at(happening.device));
      return;
    case 'find dead':
      cluster.findDead(at(happening.device));
      return;
    case 'go wrong':
    case 'repair':
      at(happening.device).isWrong = happening.kind === 'go wrong';
      return;
    case 'release':
      cluster.release(at(happening.device));
      return;
    case 'judge':
      cluster.judge(happening.pick);
      return;
    case 'judge in vain':
      cluster.judge(happening.pick, 'not tell');
      return;
    case 'judge without an engine':
      cluster.judge(happening.pick, 'not compute');
      return;
    case 'leave':
      cluster.leave(at(happening.device));
      return;
    case 'arrive':
      cluster.arrive(happening.pick);
      return;
    case 'lose':
      cluster.lose(happening.pick);
      return;
    case 'duplicate':
      cluster.duplicate(happening.pick);
      return;
    case 'give up':
      cluster.giveUpCall(happening.pick);
      return;
    case 'finish':
      cluster.endFinished(happening.pick);
      return;
    case 'refuse remaining':
      cluster.refuseRemaining(happening.pick);
      return;
    case 'delete':
      cluster.delete(happening.pick);
      return;
    case 'busy':
      cluster.keepBusy(happening.share);
      return;
    case 'arriving':
      cluster.arriving(happening.count);
      return;
    case 'predict':
      cluster.predict(at(happening.device), happening.ms);
      return;
    case 'pass':
      cluster.pass(happening.ms);
      return;
    case 'restart gateway':
      cluster.restartGateway();
      return;
    case 'round':
      round(cluster);
      return;
  }
}

function changeState(device: SimulatedDevice, change: 'freeze' | 'thaw' | 'kill' | 'restart'): void {
  if (change === 'kill') device.state = 'down';
  if (change === 'restart') device.restart();
  if (change === 'freeze' && device.state === 'up') device.state = 'frozen';
  if (change === 'thaw' && device.state === 'frozen') device.state = 'up';
}

/** One heartbeat's time in which everything that can go its way does. */
export function round(cluster: SimulatedCluster): void {
  arriveAll(cluster);
  for (const device of cluster.devices) {
    cluster.work(device);
    if (device.isIdle && !device.isDraining) stealFromFullest(cluster, device);
  }
  arriveAll(cluster);
  for (const device of cluster.devices) cluster.heartbeat(device);
  arriveAll(cluster);
  cluster.judge(0);
  cluster.endFinished(0);
  cluster.pass(HEARTBEAT_MS);
}

function arriveAll(cluster: SimulatedCluster): void {
  while (cluster.arrive(0));
}

function stealFromFullest(cluster: SimulatedCluster, thief: SimulatedDevice): void {
  const victims = cluster.devices.filter(({ name, state }) => name !== thief.name && state === 'up');
  const [fullest] = victims.sort((a, b) => b.pending - a.pending);
  if (fullest !== undefined) cluster.steal(thief, fullest, true);
}

/**
 * Faults stop. At least one device is brought back if none is up and takes work; those that are frozen, dead or drained
 * stay so, as do those that are in quarantine. What was computed wrongly may still be found out.
 *
 * @throws Error when a frame is still open after the time in which every frame has to end.
 */
export function settle(cluster: SimulatedCluster, withinMs: number): void {
  for (const device of cluster.devices) device.isWrong = false;
  haveOneThatWorks(cluster);
  const endMs = cluster.nowMs + withinMs;
  while (cluster.openFrames.length > 0) {
    haveOneThatWorks(cluster);
    if (cluster.nowMs > endMs) throw new Error(`${cluster.openFrames.join(', ')} still open after ${withinMs} ms`);
    round(cluster);
  }
  // Once on a device, and once more on the gateway.
  for (let left = 2 * cluster.framesInLedger; left > 0; left--) cluster.endFinished(0);
}

function haveOneThatWorks(cluster: SimulatedCluster): void {
  if (cluster.devices.some((device) => cluster.takesWork(device))) return;
  const first = cluster.devices.find(({ isDraining, state }) => state === 'up' && !isDraining) ?? cluster.devices[0]!;
  cluster.release(first);
  if (first.state === 'up') first.resume();
  else first.restart();
}

/** Devices that are gone are known to be gone, and those that are up have nothing of the past. */
export function calmDown(cluster: SimulatedCluster, { settings }: ClusterSetup): void {
  const endMs = cluster.nowMs + settings.lostAfterMs;
  while (cluster.nowMs <= endMs || cluster.devices.some(({ state, isIdle }) => state === 'up' && !isIdle))
    round(cluster);
}

export const setups: fc.Arbitrary<ClusterSetup> = fc
  .record({
    devices: fc.integer({ min: 1, max: 4 }),
    medianTileMs: fc.constantFrom(null, 20, 250),
    queueLimit: fc.constantFrom(6, 100),
    auditEvery: fc.constantFrom(0, 1, 3),
    framesPerSource: fc.integer({ min: 1, max: 2 }),
    attempts: fc.integer({ min: 1, max: 4 }),
    /** Long, so that a part that is stuck is not saved by it; or short, so that it is met. */
    frameTimeoutMs: fc.constantFrom(1_500, 1e9),
    remaining: fc.constantFrom('gateway' as const, 'any' as const),
    gatewayComputes: fc.constantFrom(
      undefined,
      { aloneAfterMs: 0 },
      { aloneAfterMs: 400 },
      { aloneAfterMs: 400, whenIdle: true },
    ),
  })
  .map(({ auditEvery, devices, gatewayComputes, medianTileMs, queueLimit, ...chosen }) => ({
    auditEvery,
    devices,
    medianTileMs,
    queueLimit,
    settings: {
      lostAfterMs: 350,
      leaseFactor: 3,
      leaseFloorMs: 200,
      leaseWaitingMs: 300,
      missingMs: 250,
      restoreMs: 500,
      retryMs: 50,
      ...chosen,
      ...(gatewayComputes !== undefined && { gatewayComputes: { whenIdle: false, ...gatewayComputes } }),
      // The last device is the gateway's own.
      ...(gatewayComputes?.whenIdle === true && devices > 1 && { helper: `e${devices - 1}` }),
    },
  }));

/** The same cluster with time and room for any script without faults. */
export function unhurried(setup: ClusterSetup): ClusterSetup {
  const ageMs = 1e9;
  const settings = { ...setup.settings, leaseFloorMs: ageMs, leaseWaitingMs: ageMs, frameTimeoutMs: ageMs };
  return { ...setup, queueLimit: 1e9, settings };
}

/** The longest that frames may take when nothing goes wrong any more, one after another. */
export function settlingMs({ devices, settings }: ClusterSetup, frames: number): number {
  const { attempts, leaseFactor, leaseWaitingMs, lostAfterMs, missingMs, restoreMs, retryMs } = settings;
  const longestLeaseMs = leaseFactor * Math.max(250, leaseWaitingMs);
  let frameMs = restoreMs;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    frameMs += lostAfterMs + missingMs + leaseWaitingMs + (longestLeaseMs + retryMs) * 2 ** (attempt - 1) + 500;
  }
  // Each device may turn out to have been wrong, and every frame begins anew; each may also be asked to check a part.
  const auditMs = devices * (leaseWaitingMs + longestLeaseMs + lostAfterMs);
  return (frames + 1) * (devices + 1) * (frameMs + auditMs);
}
