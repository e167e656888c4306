import type {
  Distribution,
  LedgerEffect,
  LedgerEvent,
  LedgerSettings,
  PartNote,
} from '../../../server/scheduling/ledger-state.js';
import type { TaskKey } from '../../../server/scheduling/task-queue.js';
import { type LedgerOrder, LedgerRun } from '../ledger-run.js';
import { type Heartbeat, SimulatedDevice, type SimulatedTask } from './simulated-device.js';
import { type Call, type Letter, SimulatedNetwork } from './simulated-network.js';

export const HEARTBEAT_MS = 100;
const CALL_TIMEOUT_MS = 400;
/** Keeps a script from asking for more than can be looked through. */
const OPEN_FRAMES_LIMIT = 12;
/** Of a frame that is computed layer by layer. */
const LAYERS = 3;

export interface ClusterSetup {
  readonly devices: number;
  readonly usualTileMs: number | null;
  /** Tasks that a device takes; it refuses more. */
  readonly queueLimit: number;
  /** Whether they answer "queued already" to a newer attempt of what they have. */
  readonly keepsOlder: boolean;
  readonly settings: LedgerSettings;
}

/** What a run came by, to know that a property was not true of nothing. */
export interface ClusterTally {
  readonly complete: string[];
  readonly failures: Map<string, number>;
  readonly notes: Map<PartNote, number>;
  readonly verdicts: Map<string, number>;
  /** The latest attempt of any part. */
  attempts: number;
}

/**
 * The frame ledger among simulated devices, with a gateway that does only what the ledger says. Every operation is one
 * thing that happens somewhere; one that makes no sense just then does nothing. The ledger's invariants are checked
 * after every event.
 */
export class SimulatedCluster {
  readonly #run: LedgerRun;
  readonly #usualTileMs: number | null;
  readonly #network = new SimulatedNetwork();
  readonly devices: readonly SimulatedDevice[];
  readonly tally: ClusterTally = {
    complete: [],
    failures: new Map(),
    notes: new Map(),
    verdicts: new Map(),
    attempts: 0,
  };
  readonly #latest = new Map<string, Pick<Heartbeat, 'life' | 'number'>>();
  readonly #parts = new Map<string, number>();
  readonly #distributions = new Map<string, Distribution>();
  /** Of the gateway, beyond the one in which a frame was accepted. */
  readonly #lives = new Map<string, number>();
  #calls: Call[] = [];
  #finishing: string[] = [];

  constructor({ devices, usualTileMs, queueLimit, keepsOlder, settings }: ClusterSetup) {
    this.#run = new LedgerRun(settings);
    this.#usualTileMs = usualTileMs;
    this.devices = Array.from({ length: devices }, (_, i) => new SimulatedDevice(`e${i}`, queueLimit, keepsOlder));
  }

  get nowMs(): number {
    return this.#run.nowMs;
  }

  get submitted(): number {
    return this.#parts.size;
  }

  get openFrames(): readonly string[] {
    return this.#run.open();
  }

  get framesInLedger(): number {
    return this.#run.ledger.frames.size;
  }

  /** @param parts tiles; of a layered frame the most slices. */
  submit(parts: number, source: string | null, how: Distribution['kind'] = 'stealing'): void {
    if (this.openFrames.length >= OPEN_FRAMES_LIMIT) return;
    const frame = this.#newFrame(parts);
    const distribution = how === 'layered' ? { kind: how, layers: LAYERS, mostSlices: parts } : { kind: how };
    this.#distributions.set(frame, distribution);
    const whole = how === 'layered' ? 1 : parts;
    this.#tell({ kind: 'frame-accepted', frame, parts: whole, source, delivered: false, distribution });
  }

  /** A device submits its own camera's picture, and queues the tiles when it hears the frame's id. */
  submitOwn(device: SimulatedDevice, parts: number): void {
    if (device.state !== 'up' || device.isDraining || this.openFrames.length >= OPEN_FRAMES_LIMIT) return;
    const frame = this.#newFrame(parts);
    device.submits();
    this.#tell({ kind: 'frame-accepted', frame, parts, source: device.name, delivered: true });
    this.#network.send({
      kind: 'tasks',
      to: device.name,
      tasks: tilesOf(frame, parts, 1),
      call: null,
      sentMs: this.nowMs,
    });
  }

  /** The gateway is killed, and takes up again what it had accepted; what was under way to it or from it goes on. */
  restartGateway(): void {
    for (const call of this.#calls) call.open = false;
    this.#calls = [];
    this.#finishing = [];
    this.#latest.clear();
    const sources = new Map([...this.#run.ledger.frames].map(([frame, { source }]) => [frame, source]));
    for (const frame of this.#run.restart()) {
      const life = (this.#lives.get(frame) ?? 0) + 1;
      this.#lives.set(frame, life);
      const distribution = this.#distributions.get(frame) ?? { kind: 'stealing' };
      const parts = distribution.kind === 'layered' ? 1 : this.#parts.get(frame)!;
      this.#tell({ kind: 'frame-restored', frame, parts, source: sources.get(frame)!, life, distribution });
    }
  }

  /** Somebody deletes a frame. */
  delete(pick: number): void {
    const frame = this.openFrames[pick % this.openFrames.length];
    if (frame !== undefined) this.#tell({ kind: 'frame-ended', frame });
  }

  /** The gateway has computed the remaining layers of a frame. */
  endFinished(pick: number): void {
    const [frame] = this.#finishing.splice(pick % Math.max(1, this.#finishing.length), 1);
    if (frame === undefined) return;
    this.tally.complete.push(frame);
    this.#tell({ kind: 'frame-ended', frame });
  }

  pass(ms: number): void {
    this.#run.nowMs += ms;
    for (const call of this.#calls.filter(({ sinceMs }) => this.nowMs - sinceMs > CALL_TIMEOUT_MS)) this.#fail(call);
    this.#tell({ kind: 'tick' });
  }

  /** A letter arrives, if one can that was sent at least so long ago. @returns whether one did. */
  arrive(pick: number, minAgeMs = 0): boolean {
    const letter = this.#network.take(
      pick,
      (candidate) => this.#canArrive(candidate) && this.nowMs - candidate.sentMs >= minAgeMs,
    );
    if (letter !== null) this.#arrived(letter);
    return letter !== null;
  }

  lose(pick: number): void {
    const letter = this.#network.take(pick, () => true);
    if (letter?.kind === 'result') this.#device(letter.from).sent(letter.task);
  }

  duplicate(pick: number): void {
    this.#network.duplicate(pick);
  }

  /** The gateway gives up a request, whether or not it still arrives. */
  giveUpCall(pick: number): void {
    const call = this.#calls[pick % this.#calls.length];
    if (call !== undefined) this.#fail(call);
  }

  heartbeat(device: SimulatedDevice): void {
    if (device.state !== 'up') return;
    this.#network.send({ kind: 'heartbeat', heartbeat: device.heartbeat(), sentMs: this.nowMs });
  }

  work(device: SimulatedDevice): void {
    if (device.state !== 'up') return;
    const task = device.work();
    if (task !== null) this.#network.send({ kind: 'result', from: device.name, task, sentMs: this.nowMs });
  }

  /** @param arrives whether the thief gets what the victim has given it. */
  steal(thief: SimulatedDevice, victim: SimulatedDevice, arrives: boolean): void {
    if (thief === victim || thief.state !== 'up' || thief.isDraining || victim.state !== 'up') return;
    const task = victim.giveTo(thief.name);
    if (task !== null && arrives) thief.receiveStolen(task, victim.name);
  }

  handBack(thief: SimulatedDevice): void {
    if (thief.state !== 'up') return;
    const stolen = thief.takeStolen();
    if (stolen === null) return;
    const victim = this.#device(stolen.victim);
    if (victim.state === 'up') victim.takeBack(thief.name, stolen.task);
    else thief.giveBack([stolen.task]);
  }

  drain(device: SimulatedDevice): void {
    if (device.state !== 'up' || device.isDraining) return;
    device.drain();
    while (device.stolen > 0) this.handBack(device);
  }

  /** A device that was drained ends in good order, and starts again. */
  replace(device: SimulatedDevice): void {
    if (device.state !== 'up' || !device.mayEnd) return;
    this.leave(device);
    device.restart();
  }

  /** The gateway finds nobody at its address, which may be a mistake. */
  findDead(device: SimulatedDevice): void {
    this.#tell({ kind: 'device-dead', device: device.name });
  }

  leave(device: SimulatedDevice): void {
    if (device.state !== 'up') return;
    device.state = 'down';
    // Its farewell is its last word: what is still under way from before counts no more.
    this.#latest.set(device.name, { life: device.life, number: Number.POSITIVE_INFINITY });
    this.#tell({ kind: 'device-left', device: device.name });
  }

  #device(name: string): SimulatedDevice {
    return this.devices.find((device) => device.name === name)!;
  }

  #newFrame(parts: number): string {
    const frame = `f${this.#parts.size}`;
    this.#parts.set(frame, parts);
    return frame;
  }

  /** Tells the ledger, and does what it says. */
  #tell(event: LedgerEvent): void {
    const orders = this.#run.send(event);
    for (const effect of this.#run.effects) this.#count(effect);
    if (this.#run.verdict !== null) increment(this.tally.verdicts, this.#run.verdict);
    for (const order of orders) this.#carryOut(order);
  }

  #carryOut(order: LedgerOrder): void {
    switch (order.kind) {
      case 'deliver': {
        const { frame, source, attempt } = order;
        const failure = { kind: 'delivery-failed' as const, frame, source, attempt, detail: 'no answer' };
        const success: LedgerEvent = { kind: 'frame-delivered', frame, source, attempt };
        const isQueued = (this.#distributions.get(frame)?.kind ?? 'stealing') === 'stealing';
        this.#call(source, isQueued ? tilesOf(frame, this.#parts.get(frame)!, attempt) : [], success, failure);
        return;
      }
      case 'push': {
        const { frame, part, layer, attempt, device } = order;
        const failure = { kind: 'push-failed' as const, frame, part, layer, attempt, device, detail: 'no answer' };
        const success: LedgerEvent = { kind: 'part-pushed', frame, part, layer, attempt, device };
        const task = { frame, tile: part, layer, attempt };
        if ((this.#distributions.get(frame)?.kind ?? 'stealing') === 'stealing') {
          this.#call(device, [task], success, failure);
        } else this.#share(device, task, success, failure);
        return;
      }
      case 'finish':
        this.#finishing.push(order.frame);
        return;
      case 'fail':
      case 'device-lost':
      case 'slice':
        return;
    }
  }

  #call(to: string, tasks: readonly TaskKey[], success: LedgerEvent, failure: Call['failure']): void {
    const call: Call = { success, failure, sinceMs: this.nowMs, open: true };
    this.#calls.push(call);
    this.#network.send({ kind: 'tasks', to, tasks, call, sentMs: this.nowMs });
  }

  #share(to: string, task: SimulatedTask, success: LedgerEvent, failure: Call['failure']): void {
    const call: Call = { success, failure, sinceMs: this.nowMs, open: true };
    this.#calls.push(call);
    this.#network.send({ kind: 'shared', to, task, call, sentMs: this.nowMs });
  }

  #fail(call: Call): void {
    if (this.#close(call)) this.#tell(call.failure);
  }

  /** The device says that it is being drained. */
  #refuse(call: Call): void {
    if (this.#close(call)) this.#tell({ ...call.failure, draining: true });
  }

  #close(call: Call): boolean {
    if (!call.open) return false;
    call.open = false;
    this.#calls = this.#calls.filter((other) => other !== call);
    return true;
  }

  #canArrive(letter: Letter): boolean {
    return !('to' in letter) || this.#device(letter.to).state !== 'frozen';
  }

  #arrived(letter: Letter): void {
    switch (letter.kind) {
      case 'tasks': {
        const { to, tasks, call } = letter;
        const device = this.#device(to);
        if (call === null) {
          if (device.state === 'up') device.hasSubmitted(tasks);
          return;
        }
        const taken = device.state === 'up' && device.enqueue(tasks);
        if (device.state === 'up' && device.isDraining) this.#refuse(call);
        else if (taken) this.#network.send({ kind: 'taken', call, sentMs: this.nowMs });
        else this.#fail(call);
        return;
      }
      case 'shared': {
        const { to, task, call } = letter;
        const device = this.#device(to);
        if (device.state === 'up' && device.isDraining) this.#refuse(call);
        else if (device.state === 'up' && device.share(task))
          this.#network.send({ kind: 'taken', call, sentMs: this.nowMs });
        else this.#fail(call);
        return;
      }
      case 'taken':
        if (this.#close(letter.call)) this.#tell(letter.call.success);
        return;
      case 'heartbeat':
        this.#heartbeatArrived(letter.heartbeat);
        return;
      case 'heard': {
        const device = this.#device(letter.to);
        if (device.state !== 'up') return;
        device.heard(letter.heartbeat);
        for (const frame of letter.ended) device.dropFrame(frame);
        return;
      }
      case 'result': {
        const { from, task } = letter;
        const { frame, tile: part, layer, attempt } = task;
        this.#tell({ kind: 'result', frame, part, layer, attempt, device: from });
        this.#device(from).sent(task);
        return;
      }
    }
  }

  /** Only heartbeats that are newer than what is known of the device count. */
  #heartbeatArrived(heartbeat: Heartbeat): void {
    const { device, life, number, tasks, handedOut, draining, returned, drained } = heartbeat;
    const latest = this.#latest.get(device);
    const isNewer = latest === undefined || life > latest.life || (life === latest.life && number > latest.number);
    if (!isNewer) return;
    this.#latest.set(device, { life, number });
    this.#tell({ kind: 'device-seen', device, usualTileMs: this.#usualTileMs, tasks, handedOut, draining, returned });
    if (drained) this.#tell({ kind: 'device-left', device });
    const ended = [...new Set([...tasks, ...returned].map(({ frame }) => frame))].filter(
      (frame) => !this.#run.ledger.frames.has(frame),
    );
    this.#network.send({ kind: 'heard', to: device, heartbeat, ended, sentMs: this.nowMs });
  }

  #count(effect: LedgerEffect): void {
    if ('attempt' in effect) this.tally.attempts = Math.max(this.tally.attempts, effect.attempt);
    if (effect.kind === 'note') increment(this.tally.notes, effect.note);
    if (effect.kind === 'fail') increment(this.tally.failures, effect.code);
  }
}

function tilesOf(frame: string, parts: number, attempt: number): TaskKey[] {
  return Array.from({ length: parts }, (_, tile) => ({ frame, tile, attempt }));
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
