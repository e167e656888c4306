import type { FaultAction } from './actions.js';
import type { Draws } from './draws.js';

export interface Fault {
  /** What is done, for people. */
  readonly what: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  draw(draws: Draws, devices: readonly string[]): FaultAction;
}

const GATEWAY = 'gateway';

function processFault(
  what: string,
  kind: 'kill' | 'restart' | 'freeze',
  node: (draws: Draws, devices: readonly string[]) => string,
  mostMs: number,
): Fault {
  const draw: Fault['draw'] = (draws, devices) => ({
    kind,
    node: node(draws, devices),
    forMs: draws.whole(100, mostMs),
  });
  return { what, weight: 3, draw };
}

type DrawnDisturbance = Extract<FaultAction, { kind: 'traffic' }>['disturbance'];

function trafficFault(
  what: string,
  disturbance: (draws: Draws) => DrawnDisturbance,
  share: readonly [number, number],
): Fault {
  const [least, most] = share;
  const draw: Fault['draw'] = (draws, devices) => ({
    kind: 'traffic',
    node: draws.chance(0.4) ? GATEWAY : draws.among(devices),
    forMs: draws.whole(300, 2_500),
    disturbance: disturbance(draws),
    share: least + draws.share() * (most - least),
  });
  return { what, weight: 2, draw };
}

const aDevice = (draws: Draws, devices: readonly string[]) => draws.among(devices);
const theGateway = () => GATEWAY;

/** Every kind of fault that a run can have, by its name on the command line. */
export const FAULTS = {
  kill: processFault('a device is killed and started again', 'kill', aDevice, 2_500),
  freeze: processFault('a device is frozen for a while', 'freeze', aDevice, 5_000),
  restart: processFault('a device is told to end and started again', 'restart', aDevice, 1_000),
  'gateway-kill': {
    ...processFault('the gateway is killed and started again', 'kill', theGateway, 1_500),
    weight: 1,
  },
  'gateway-freeze': { ...processFault('the gateway is frozen for a while', 'freeze', theGateway, 4_000), weight: 1 },
  'gateway-restart': {
    ...processFault('the gateway is told to end and started again', 'restart', theGateway, 1_000),
    weight: 1,
  },
  'cut-request': trafficFault(
    'connections end in the middle of a request',
    () => ({ kind: 'cut-request' }),
    [0.1, 0.7],
  ),
  'cut-response': trafficFault(
    'connections end in the middle of an answer',
    () => ({ kind: 'cut-response' }),
    [0.1, 0.7],
  ),
  slow: trafficFault(
    'bodies arrive slowly',
    (draws) => ({ kind: 'slow', bytesPerSecond: draws.among([20_000, 100_000, 500_000]) }),
    [0.3, 1],
  ),
  stall: trafficFault('requests are held', () => ({ kind: 'stall' }), [0.2, 1]),
  delay: trafficFault(
    'requests arrive late and in another order',
    (draws) => ({ kind: 'delay', mostMs: draws.among([50, 300, 1_000]) }),
    [0.3, 1],
  ),
  duplicate: trafficFault(
    'requests arrive twice',
    (draws) => ({ kind: 'duplicate', mostMs: draws.among([0, 200, 1_500]) }),
    [0.3, 1],
  ),
  refuse: trafficFault('connections are reset at once', () => ({ kind: 'refuse' }), [0.3, 1]),
  'flip-request': trafficFault('a bit of a request body is another one', () => ({ kind: 'flip-request' }), [0.1, 0.6]),
  'flip-response': trafficFault('a bit of an answer is another one', () => ({ kind: 'flip-response' }), [0.1, 0.6]),
  'full-disk': {
    what: "the disk of the gateway's store is full",
    weight: 2,
    draw: (draws) => ({ kind: 'full-disk', node: GATEWAY, forMs: draws.whole(300, 2_500) }),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
