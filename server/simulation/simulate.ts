import { seededRandom } from '../model/seeded-random.js';
import { sourcesOf } from './arrivals.js';
import { SimulatedDevice } from './device/simulated-device.js';
import type { SimulatedFrame } from './gateway/simulated-frame.js';
import { SimulatedGateway } from './gateway/simulated-gateway.js';
import { Kernel, type Process, wait } from './machine/kernel.js';
import { type LinkUse, Network } from './machine/network.js';
import { macsOf, type SimulationSettings } from './simulation-settings.js';
import { type DeviceDoor, type GatewayDoor, Wire, type World } from './world.js';

/** What a simulated cluster did. */
export interface Simulation {
  /** In the order in which they were submitted. */
  readonly frames: readonly SimulatedFrame[];
  /** From the first frame's arrival to the last one's end. */
  readonly spanMs: number;
  readonly neededMacs: number;
  /** Share of the span that each node's core, by its share of it, was at work: the gateway first. */
  readonly nodes: readonly { readonly node: string; readonly utilisation: number }[];
  readonly links: readonly LinkUse[];
  /** Of requests and answers besides their bodies, from the first frame's arrival on. */
  readonly headerBytes: number;
  readonly requests: number;
  /** Discrete events. */
  readonly events: number;
}

/** Simulated time beyond which nothing is waited for: a cluster that is overloaded may never come to an end. */
const MOST_MS = 3_600_000;
/** Devices register and begin to wait for work before the first frame comes. */
const WARM_UP_HEARTBEATS = 2;

/** Runs a cluster until every frame has ended, or for an hour of its time. The same settings give the same run. */
export function simulate(settings: SimulationSettings): Simulation {
  const kernel = new Kernel();
  const network = new Network(kernel, settings.network);
  const wire = new Wire(network, settings.costs.request);
  const random = seededRandom(settings.seed);
  const devices = new Map<string, DeviceDoor>();
  const byAddress = new Map<string, DeviceDoor | GatewayDoor>();
  const ended = new Map<string, () => void>();
  let open = settings.warmUp + frameCount(settings);
  const world: World = {
    ...{ kernel, wire, settings, devices, random },
    at: (address) => byAddress.get(address)!,
    get gateway() {
      return gateway;
    },
  };
  const gateway: SimulatedGateway = new SimulatedGateway(
    world,
    ({ frame }) => {
      open--;
      ended.get(frame)?.();
    },
    random(),
  );
  byAddress.set(gateway.address, gateway);
  const started = settings.devices.map((device) => {
    const simulated = new SimulatedDevice(world, device, random());
    devices.set(device.id, simulated);
    byAddress.set(device.address, simulated);
    return simulated;
  });
  if (settings.ledger.helper !== undefined) {
    const own = new SimulatedDevice(world, { ...settings.gateway, speed: null }, random(), gateway.processor);
    devices.set(settings.ledger.helper, own);
    own.start({ steals: false });
  }
  for (const device of started) device.start();
  let firstMs = WARM_UP_HEARTBEATS * settings.heartbeatMs;
  let before = { headerBytes: 0, requests: 0, links: network.use, busy: started.map(() => 0), gatewayMs: 0 };
  const begin = () => {
    firstMs = kernel.nowMs;
    const busy = started.map(({ processor }) => processor.busyMs);
    const { headerBytes, requests } = wire;
    before = { headerBytes, requests, links: network.use, busy, gatewayMs: gateway.processor.busyMs };
    for (const source of submitting(settings, gateway, kernel, ended)) kernel.spawn(source);
  };
  kernel.at(firstMs, () => kernel.spawn(warmingUp(settings, gateway, ended), begin));
  kernel.run(() => open === 0, firstMs + MOST_MS);
  const spanMs = kernel.nowMs - firstMs;
  const utilisation = (busyMs: number, share: number) => (spanMs > 0 ? busyMs / (spanMs * share) : 0);
  const earlier = new Map(before.links.map((use) => [use.link, use]));
  return {
    frames: [...gateway.frames.values()].slice(settings.warmUp),
    spanMs,
    neededMacs: macsOf(settings).devices,
    nodes: [
      {
        node: gateway.id,
        utilisation: utilisation(gateway.processor.busyMs - before.gatewayMs, settings.gateway.cpu.share),
      },
      ...started.map(({ id, processor }, index) => ({
        node: id,
        utilisation: utilisation(processor.busyMs - before.busy[index]!, settings.devices[index]!.cpu.share),
      })),
    ],
    links: network.use.map(({ link, bytes, busyMs }) => ({
      link,
      bytes: bytes - (earlier.get(link)?.bytes ?? 0),
      busyMs: busyMs - (earlier.get(link)?.busyMs ?? 0),
    })),
    headerBytes: wire.headerBytes - before.headerBytes,
    requests: wire.requests - before.requests,
    events: kernel.handled,
  };
}

function frameCount({ arrivals }: SimulationSettings): number {
  return arrivals.kind === 'timed' ? arrivals.frames.length : arrivals.frames;
}

function* warmingUp(
  { arrivals, warmUp }: SimulationSettings,
  gateway: SimulatedGateway,
  ended: Map<string, () => void>,
): Process {
  const sources = sourcesOf(arrivals);
  for (let count = 0; count < warmUp; count++) {
    const { frame } = yield* gateway.submit(sources[count % sources.length]!);
    yield* wait<void>((wake) => void ended.set(frame, wake));
  }
}

function submitting(
  { arrivals }: SimulationSettings,
  gateway: SimulatedGateway,
  kernel: Kernel,
  ended: Map<string, () => void>,
): readonly Process[] {
  if (arrivals.kind === 'timed') {
    return arrivals.frames.map(function* ({ atMs, source }): Process {
      yield* wait(kernel.sleep(atMs));
      yield* gateway.submit(source);
    });
  }
  let left = arrivals.frames;
  return arrivals.sources.map(function* (source): Process {
    while (left-- > 0) {
      const { frame } = yield* gateway.submit(source);
      yield* wait<void>((wake) => void ended.set(frame, wake));
    }
  });
}
