import { stepLedger } from '../../server/scheduling/ledger/frame-ledger.js';
import type { LedgerEffect, ResultVerdict } from '../../server/scheduling/ledger/ledger-effects.js';
import type { HandedOutTask, LedgerEvent, ListedTask } from '../../server/scheduling/ledger/ledger-events.js';
import type {
  Distribution,
  FrameLedger,
  LedgerSettings,
  PartPlace,
} from '../../server/scheduling/ledger/ledger-state.js';
import { emptyLedger } from '../../server/scheduling/ledger/ledger-state.js';
import type { QueuePolicy } from '../../server/scheduling/policy/waiting-order.js';
import type { TaskKey } from '../../server/scheduling/task-key.js';
import { LedgerInvariants } from './ledger-invariants.js';

export const SETTINGS: LedgerSettings = {
  framesPerSource: 2,
  lostAfterMs: 3_000,
  leaseFactor: 3,
  leaseFloorMs: 1_000,
  leaseWaitingMs: 2_000,
  missingMs: 1_500,
  restoreMs: 800,
  retryMs: 100,
  attempts: 3,
  frameTimeoutMs: 60_000,
};

/** A task as tests write it: without its generation, which follows from its attempt. */
export type TestTask<Task extends TaskKey = TaskKey> = Omit<Task, 'generation'> & { readonly generation?: number };

type Unfenced<Event> = Event extends { kind: 'device-seen' }
  ? Omit<Event, 'tasks' | 'handedOut' | 'returned'> & {
      readonly tasks: readonly TestTask<ListedTask>[];
      readonly handedOut: readonly TestTask<HandedOutTask>[];
      readonly returned?: readonly TestTask[];
    }
  : Event extends { kind: 'result' | 'result-refused' }
    ? Omit<Event, 'generation'> & { readonly generation?: number }
    : Event;

/** An event as tests write it. */
export type TestEvent = Unfenced<LedgerEvent>;

/** What the gateway is to do; notes and ends of gangs are for the trace. */
export type LedgerOrder = Exclude<LedgerEffect, { kind: 'note' | 'gang-ended' }>;

/** A frame ledger with a clock of its own, which checks every invariant after every event. */
export class LedgerRun {
  #invariants = new LedgerInvariants();
  ledger: FrameLedger;
  nowMs = 0;
  verdict: ResultVerdict | null = null;
  /** By frame: the first attempt of its second generation, of its third, ... */
  readonly #begun = new Map<string, number[]>();
  /** Of the last event. */
  effects: readonly LedgerEffect[] = [];

  constructor(settings: Partial<LedgerSettings> = {}) {
    this.ledger = deepFreeze(emptyLedger({ ...SETTINGS, ...settings }, 0));
  }

  send(written: TestEvent): LedgerOrder[] {
    const before = this.ledger;
    const event = this.#fenced(written);
    const step = stepLedger(before, deepFreeze(event), this.nowMs);
    this.#invariants.check(before, event, this.nowMs, step);
    this.ledger = deepFreeze(step.ledger);
    this.verdict = step.verdict;
    this.effects = step.effects;
    for (const effect of step.effects) {
      if (effect.kind !== 'rerun' && effect.kind !== 'compute-here') continue;
      if (effect.generation === (before.frames.get(effect.frame)?.generation ?? 1)) continue;
      const first = step.ledger.frames.get(effect.frame)!.parts[0]!.attempt;
      this.#begun.set(effect.frame, [...(this.#begun.get(effect.frame) ?? []), first]);
    }
    return step.effects.filter((effect) => effect.kind !== 'note' && effect.kind !== 'gang-ended');
  }

  /** The generation that an attempt of a frame is of. */
  generationOf(frame: string, attempt: number): number {
    return 1 + (this.#begun.get(frame) ?? []).filter((first) => attempt >= first).length;
  }

  #fenced(event: TestEvent): LedgerEvent {
    const fence = <Task extends TestTask>(task: Task) => ({
      generation: this.generationOf(task.frame, task.attempt),
      ...task,
    });
    if (event.kind === 'result' || event.kind === 'result-refused') return fence({ ...event, tile: event.part });
    if (event.kind !== 'device-seen') return event;
    const { tasks, handedOut, returned = [] } = event;
    return { ...event, tasks: tasks.map(fence), handedOut: handedOut.map(fence), returned: returned.map(fence) };
  }

  /** Frames that were accepted and have neither finished nor failed. */
  open(): string[] {
    return this.#invariants.open();
  }

  endOf(frame: string): 'finish' | 'fail' | null {
    return this.#invariants.endOf(frame);
  }

  pass(ms: number): LedgerOrder[] {
    this.nowMs += ms;
    return this.send({ kind: 'tick' });
  }

  /** Lets time pass while these devices send heartbeats with what they hold; the orders of all of it. */
  passWith(ms: number, holdings: Readonly<Record<string, readonly TestTask<ListedTask>[]>>): LedgerOrder[] {
    const orders: LedgerOrder[] = [];
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs = Math.min(end, this.nowMs + 500);
      for (const [device, tasks] of Object.entries(holdings)) orders.push(...this.seen(device, tasks));
      orders.push(...this.send({ kind: 'tick' }));
    }
    return orders;
  }

  accept(
    frame: string,
    {
      parts = 1,
      source = null as string | null,
      delivered = false,
      distribution = { kind: 'stealing' } as Distribution,
      origin = '',
      queue = 'all' as QueuePolicy,
    } = {},
  ): LedgerOrder[] {
    return this.send({ kind: 'frame-accepted', frame, parts, source, delivered, distribution, origin, queue });
  }

  /** The gateway ends, and starts with nothing but the names of the frames that had not ended. */
  restart(): string[] {
    const open = [...this.ledger.frames.keys()];
    this.#invariants = new LedgerInvariants();
    this.ledger = deepFreeze(emptyLedger(this.ledger.settings, this.nowMs));
    return open;
  }

  restored(
    frame: string,
    { parts = 1, source = 'a', life = 1, distribution = { kind: 'stealing' } as Distribution } = {},
  ): LedgerOrder[] {
    return this.send({ kind: 'frame-restored', frame, parts, source, life, distribution });
  }

  delivered(frame: string, source: string, attempt = 1): LedgerOrder[] {
    return this.send({ kind: 'frame-delivered', frame, source, attempt });
  }

  deliveryFailed(frame: string, source: string, attempt = 1): LedgerOrder[] {
    return this.send({ kind: 'delivery-failed', frame, source, attempt, detail: 'connection refused' });
  }

  seen(
    device: string,
    tasks: readonly TestTask<ListedTask>[] = [],
    { handedOut = [] as readonly TestTask<HandedOutTask>[], medianTileMs = 100 as number | null } = {},
  ): LedgerOrder[] {
    return this.send({ kind: 'device-seen', device, medianTileMs, tasks, handedOut });
  }

  /** A device that is being drained has these tasks and gives those back. */
  draining(
    device: string,
    tasks: readonly TestTask<ListedTask>[] = [],
    returned: readonly TestTask[] = [],
  ): LedgerOrder[] {
    return this.send({
      kind: 'device-seen',
      device,
      medianTileMs: 100,
      tasks,
      handedOut: [],
      draining: true,
      returned,
    });
  }

  left(device: string): LedgerOrder[] {
    return this.send({ kind: 'device-left', device });
  }

  pushed(frame: string, part: number, attempt: number, device: string): LedgerOrder[] {
    return this.send({ kind: 'part-pushed', frame, part, attempt, device });
  }

  pushFailed(frame: string, part: number, attempt: number, device: string): LedgerOrder[] {
    return this.send({ kind: 'push-failed', frame, part, attempt, device, detail: 'connection refused' });
  }

  result(frame: string, part: number, device: string, attempt = 1): LedgerOrder[] {
    return this.send({ kind: 'result', frame, part, attempt, device });
  }

  ended(frame: string): LedgerOrder[] {
    return this.send({ kind: 'frame-ended', frame });
  }

  part(frame: string, part = 0): PartPlace {
    const { failed: _, ...place } = this.ledger.frames.get(frame)!.parts[part]!;
    return place;
  }

  phase(frame: string): string {
    return this.ledger.frames.get(frame)!.phase.kind;
  }

  /** What the last event put into the trace, e.g. `pushed 0#2 b`. */
  notes(): string[] {
    return this.effects
      .filter((effect) => effect.kind === 'note')
      .map(({ note, part, attempt, device }) => `${note} ${part}#${attempt} ${device}`);
  }
}

export function withDevices(...devices: string[]): LedgerRun {
  const run = new LedgerRun();
  for (const device of devices) run.seen(device);
  return run;
}

/** One frame, queued on `victim`; `thief` and `other` are live as well. */
export function stealable(parts = 1): LedgerRun {
  const run = withDevices('victim', 'thief', 'other');
  run.accept('f', { parts, source: 'victim' });
  run.delivered('f', 'victim');
  return run;
}

/** Entries of a heartbeat's list. */
export const queued = (frame: string, tile = 0, attempt = 1): TestTask<ListedTask> => ({
  frame,
  tile,
  attempt,
  state: 'queued',
});
export const waiting = (frame: string, tile = 0, attempt = 1): TestTask<ListedTask> => ({
  frame,
  tile,
  attempt,
  state: 'waiting',
});
export const running = (frame: string, tile = 0, attempt = 1): TestTask<ListedTask> => ({
  frame,
  tile,
  attempt,
  state: 'running',
});
export const gaveTo = (thief: string, frame: string, tile = 0, attempt = 1): TestTask<HandedOutTask> => ({
  frame,
  tile,
  attempt,
  thief,
});

/** So that a step that writes to what it was given throws. Maps cannot be frozen; what they hold can. */
function deepFreeze<T>(value: T): T {
  if (value instanceof Map) for (const entry of value.values()) deepFreeze(entry);
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const entry of Object.values(value)) deepFreeze(entry);
  return value;
}
