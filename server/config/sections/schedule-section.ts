import { Type } from 'typebox';
import { QUEUE_POLICIES } from '../../scheduling/policy/waiting-order.js';
import { STRATEGIES } from '../../scheduling/strategies/strategy.js';
import { CLUSTER_DEFAULTS } from '../defaults.js';
import { choice, decimal, flag, milliseconds, whole } from './schema-fields.js';

const HOUR_MS = 3_600_000;
const CLOSED = { additionalProperties: false } as const;
const optional = Type.Optional;
const defaults = CLUSTER_DEFAULTS.schedule;

const steal = Type.Object(
  {
    waitMs: optional(
      milliseconds('How long the gateway holds the request of an idle device. Not used when faithful.', {
        minimum: 100,
        maximum: 60_000,
        default: defaults.steal.waitMs,
      }),
    ),
    pollMs: optional(
      milliseconds('When faithful: how long an idle device sleeps before it asks again.', {
        minimum: 10,
        maximum: 60_000,
        default: defaults.steal.pollMs,
      }),
    ),
  },
  { ...CLOSED, description: 'How idle devices ask for work.' },
);

const patience = { minimum: 10, maximum: HOUR_MS };

const lease = Type.Object(
  {
    factor: optional(
      decimal("A tile may take this many times the device's usual tile time.", {
        minimum: 1,
        maximum: 100,
        default: defaults.lease.factor,
      }),
    ),
    floorMs: optional(
      milliseconds('A tile may always take this long.', { ...patience, default: defaults.lease.floorMs }),
    ),
    waitingMs: optional(
      milliseconds('How long a task may wait on a device before it starts.', {
        ...patience,
        default: defaults.lease.waitingMs,
      }),
    ),
    attempts: optional(
      whole('Times that one tile is tried before its frame fails.', {
        minimum: 1,
        maximum: 100,
        default: defaults.lease.attempts,
      }),
    ),
  },
  { ...CLOSED, description: 'How long a device may keep a tile before another one gets it.' },
);

const heartbeat = Type.Object(
  {
    intervalMs: optional(
      milliseconds('How often a device reports to the gateway.', {
        minimum: 50,
        maximum: HOUR_MS,
        default: defaults.heartbeat.intervalMs,
      }),
    ),
    lostAfterMs: optional(
      milliseconds('A device that is silent this long is lost; at least twice the interval.', {
        minimum: 100,
        maximum: HOUR_MS,
        default: defaults.heartbeat.lostAfterMs,
      }),
    ),
  },
  { ...CLOSED, description: 'How devices show that they are alive.' },
);

const drain = Type.Object(
  {
    timeoutMs: optional(
      milliseconds(
        'How long a node that is told to stop (SIGTERM, Ctrl-C) may take to finish what it has; then it stops all the same.',
        { minimum: 100, maximum: HOUR_MS, default: defaults.drain.timeoutMs },
      ),
    ),
  },
  { ...CLOSED, description: 'How nodes end in good order.' },
);

/** `schedule:` of cluster.yaml. */
export const schedule = Type.Object(
  {
    strategy: optional(
      choice(
        'Who runs what: ftp-wst-s and ftp-wst steal tiles, with and without reuse of overlap; with ftp-wsh the gateway ' +
          'shares tiles out; with modnn it shares out each layer, in bands of rows; with gang all free devices compute a ' +
          'frame together, with whole one does.',
        STRATEGIES,
        defaults.strategy,
      ),
    ),
    cameraQueue: optional(
      choice(
        'Frames that name their camera and no queue. latest: a frame that has not begun is dropped when a newer one of its camera is ' +
          'accepted; all: each one is kept.',
        QUEUE_POLICIES,
        defaults.cameraQueue,
      ),
    ),
    order: optional(choice('In which order ftp-wst-s hands tiles out.', ['adaptive', 'paper'], defaults.order)),
    prefetch: optional(
      whole('Tasks that a thief fetches ahead while one runs.', {
        minimum: 0,
        maximum: 4,
        default: defaults.prefetch,
      }),
    ),
    faithful: optional(
      flag(
        'The paper to the letter, for comparison: polling, no prefetch, overlap through the gateway, all four sides or ' +
          "none, the paper's order.",
        defaults.faithful,
      ),
    ),
    remaining: optional(
      choice(
        'What computes the layers after the tiles: the gateway; any, the gateway or, while it computes others, an idle device, which ' +
          'then holds their weights too. With gang, whole and modnn always the gateway.',
        ['gateway', 'any'],
        defaults.remaining,
      ),
    ),
    steal: optional(steal),
    lease: optional(lease),
    heartbeat: optional(heartbeat),
    drain: optional(drain),
  },
  { ...CLOSED, description: 'How tiles are given to devices.' },
);
