import type { LedgerEffect, PartNote } from '../../../server/scheduling/ledger/ledger-effects.js';
import type { LedgerEvent, QueuePlace } from '../../../server/scheduling/ledger/ledger-events.js';
import { isGang, isPresentMember } from '../../../server/scheduling/ledger/ledger-gangs.js';
import type {
  AuditFinding,
  AuditOutcome,
  Distribution,
  LedgerSettings,
} from '../../../server/scheduling/ledger/ledger-state.js';
import type { TaskKey } from '../../../server/scheduling/task-key.js';
import { type LedgerOrder, LedgerRun } from '../ledger-run.js';
import { type Heartbeat, SimulatedDevice, type SimulatedTask, type SimulatedTile } from './simulated-device.js';
import { type Call, type Letter, SimulatedNetwork } from './simulated-network.js';

export const HEARTBEAT_MS = 100;
const CALL_TIMEOUT_MS = 400;
/** Keeps a script from asking for more than can be looked through. */
const OPEN_FRAMES_LIMIT = 12;
/** A frame's distribution; `auto`: a gang of as many devices as the ledger chooses; `bounded`: so many that it is answered within a time. */
export type Sharing = Distribution['kind'] | 'auto' | 'bounded';

export interface ClusterSetup {
  readonly devices: number;
  readonly medianTileMs: number | null;
  /** Tasks that a device takes; it refuses more. */
  readonly queueLimit: number;
  /** Of every so many parts one is audited; 0 audits none. */
  readonly auditEvery: number;
  readonly settings: LedgerSettings;
}

/** What a run came by, to know that a property was not true of nothing. */
export interface ClusterTally {
  readonly complete: string[];
  readonly failures: Map<string, number>;
  readonly notes: Map<PartNote, number>;
  readonly verdicts: Map<string, number>;
  readonly audits: Map<AuditOutcome, number>;
  readonly quarantines: string[];
  /** Frames that a newer one of their camera replaced. */
  readonly dropped: string[];
  /** Sizes of gangs that the cluster decided on. */
  readonly chosen: number[];
  /** Frames that the gateway computed by itself. */
  readonly local: string[];
  /** Frames whose remaining layers devices computed. */
  readonly onDevices: string[];
  reruns: number;
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
  readonly #medianTileMs: number | null;
  readonly #network = new SimulatedNetwork();
  readonly devices: readonly SimulatedDevice[];
  readonly tally: ClusterTally = {
    complete: [],
    failures: new Map(),
    notes: new Map(),
    verdicts: new Map(),
    audits: new Map(),
    quarantines: [],
    dropped: [],
    chosen: [],
    local: [],
    onDevices: [],
    reruns: 0,
    attempts: 0,
  };
  readonly #latest = new Map<string, Pick<Heartbeat, 'life' | 'number'>>();
  readonly #parts = new Map<string, number>();
  readonly #distributions = new Map<string, Distribution>();
  readonly #places = new Map<string, QueuePlace>();
  /** Of the gateway, beyond the one in which a frame was accepted. */
  readonly #lives = new Map<string, number>();
  #calls: Call[] = [];
  /** Frames whose remaining layers are computed; on a device, or else on the gateway. */
  #finishing: { readonly frame: string; readonly device?: string | undefined }[] = [];
  readonly #auditEvery: number;
  readonly #helper: string | undefined;
  /** Results that count and are wrong, `frame/part`, and who sent them. */
  readonly #wrong = new Map<string, string>();
  #judging: Judging[] = [];
  /** Devices in quarantine, as the gateway's store has them. */
  readonly #quarantined = new Set<string>();

  constructor({ auditEvery, devices, medianTileMs, queueLimit, settings }: ClusterSetup) {
    this.#auditEvery = auditEvery;
    this.#helper = settings.helper;
    this.#run = new LedgerRun(settings);
    this.#medianTileMs = medianTileMs;
    this.devices = Array.from({ length: devices }, (_, i) => new SimulatedDevice(`e${i}`, queueLimit));
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

  /** @param parts tiles; of a gang the most members. */
  submit(parts: number, source: string | null, how: Sharing = 'stealing', place: QueuePlace = {}): void {
    if (this.openFrames.length >= OPEN_FRAMES_LIMIT) return;
    const frame = this.#newFrame(parts);
    const distribution = distributionOf(how, parts);
    this.#distributions.set(frame, distribution);
    this.#places.set(frame, place);
    const whole = isGang({ distribution }) ? 1 : parts;
    this.#tell({ kind: 'frame-accepted', frame, parts: whole, source, delivered: false, distribution, ...place });
  }

  /** A device submits its own camera's picture, and queues the tiles when it hears the frame's id. */
  submitOwn(device: SimulatedDevice, parts: number): void {
    if (device.state !== 'up' || device.isDraining || this.openFrames.length >= OPEN_FRAMES_LIMIT) return;
    if (device.name === this.#helper) return;
    const frame = this.#newFrame(parts);
    device.submits();
    this.#tell({ kind: 'frame-accepted', frame, parts, source: device.name, delivered: true });
    this.#network.send({
      kind: 'tasks',
      to: device.name,
      tasks: tilesOf(frame, parts, { generation: 1, attempt: 1 }),
      generation: 1,
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
    this.#judging = [];
    this.#wrong.clear();
    const began = new Map([...this.#run.ledger.frames].map(([frame, { generation }]) => [frame, generation]));
    const sources = new Map([...this.#run.ledger.frames].map(([frame, { source }]) => [frame, source]));
    const open = this.#run.restart();
    for (const device of this.#quarantined) this.#tell({ kind: 'device-quarantined', device });
    for (const frame of open) {
      const life = (this.#lives.get(frame) ?? 0) + 1;
      this.#lives.set(frame, life);
      const distribution = this.#distributions.get(frame) ?? { kind: 'stealing' };
      const parts = isGang({ distribution }) ? 1 : this.#parts.get(frame)!;
      const generation = began.get(frame)!;
      const facts = { life, distribution, generation, ...this.#places.get(frame) };
      this.#tell({ kind: 'frame-restored', frame, parts, source: sources.get(frame)!, ...facts });
    }
  }

  /** So many measurements that the average is about the share. */
  keepBusy(share: number): void {
    for (let i = 0; i < 30; i++) this.#tell({ kind: 'gateway-busy', share });
  }

  /** So many pictures are being looked at. */
  arriving(count: number): void {
    this.#tell({ kind: 'pictures-arriving', count });
  }

  /** Gangs are expected to take so long. @param slow a device of a quarter of the others' speed. */
  predict(slow: SimulatedDevice, ms: number): void {
    const sizesMs = [1, 0.6, 0.45, 0.5, 0.6].map((share) => share * ms);
    this.#tell({ kind: 'gangs-predicted', forecast: { sizesMs, speeds: new Map([[slow.name, 0.25]]) } });
  }

  /** Somebody deletes a frame. */
  delete(pick: number): void {
    const frame = this.openFrames[pick % this.openFrames.length];
    if (frame !== undefined) this.#tell({ kind: 'frame-ended', frame });
  }

  /** The gateway has computed the remaining layers of a frame. */
  endFinished(pick: number): void {
    const [finished] = this.#finishing.splice(pick % Math.max(1, this.#finishing.length), 1);
    if (finished === undefined) return;
    const { device, frame } = finished;
    if (device !== undefined && this.#returned(frame, device)) return;
    this.tally.complete.push(frame);
    const wrong = [...this.#wrong].find(
      ([key, device]) => key.startsWith(`${frame}/`) && this.#quarantined.has(device),
    );
    if (wrong !== undefined) throw new Error(`${frame} is complete with what ${wrong[1]} computed`);
    this.#tell({ kind: 'frame-ended', frame });
  }

  /** @returns true when the device does not answer, or the gateway computes the remaining layers too, to check them. */
  #returned(frame: string, device: string): boolean {
    const failed = this.devices.find(({ name }) => name === device)!.state !== 'up';
    const isAudited = this.#auditEvery > 0 && this.tally.complete.length % this.#auditEvery === 0;
    if (!failed) this.tally.onDevices.push(frame);
    if (!failed && !isAudited) return false;
    this.#tell({ kind: 'remaining-returned', frame, generation: this.#generation(frame), device, failed });
    return true;
  }

  /** A device does not compute the remaining layers that it was given, or takes too long. */
  refuseRemaining(pick: number): void {
    const given = this.#finishing.filter(({ device }) => device !== undefined);
    const refused = given[pick % Math.max(1, given.length)];
    if (refused === undefined) return;
    const { device, frame } = refused;
    this.#finishing = this.#finishing.filter((one) => one !== refused);
    const generation = this.#generation(frame);
    this.#tell({ kind: 'remaining-returned', frame, generation, device: device!, failed: true });
  }

  /** The gateway has found out who was wrong where two differed; or cannot tell. */
  judge(pick: number, can: 'tell' | 'not tell' | 'not compute' = 'tell'): void {
    const [judged] = this.#judging.splice(pick % Math.max(1, this.#judging.length), 1);
    if (judged === undefined) return;
    const { frame, attempt } = judged.order;
    const part = judged.order.kind === 'check' ? 0 : judged.order.part;
    this.#tell({ kind: 'audit-judged', frame, part, attempt, finding: findingOf(judged)[can] });
  }

  /** Somebody has looked after a device and trusts it again. */
  release(device: SimulatedDevice): void {
    this.#quarantined.delete(device.name);
    this.#tell({ kind: 'device-released', device: device.name });
  }

  /** Whether a device would be given any work. */
  takesWork({ name, state, isDraining }: SimulatedDevice): boolean {
    return state === 'up' && !isDraining && !this.#quarantined.has(name) && name !== this.#helper;
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
    if (task === null) return;
    this.#network.send({ kind: 'result', from: device.name, task, isWrong: device.isWrong, sentMs: this.nowMs });
  }

  /** @param arrives whether the thief gets what the victim has given it. */
  steal(thief: SimulatedDevice, victim: SimulatedDevice, arrives: boolean): void {
    if (thief === victim || !this.takesWork(thief) || victim.state !== 'up') return;
    thief.steal(victim, arrives);
  }

  handBack(thief: SimulatedDevice): void {
    if (thief.state !== 'up') return;
    for (const task of thief.takeStolen()) {
      if (!this.#device(task.victim!).takeBack(thief.name, task)) thief.giveBack([task]);
    }
  }

  drain(device: SimulatedDevice): void {
    if (device.state !== 'up' || device.isDraining) return;
    device.drain();
    this.handBack(device);
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
        if (source === this.#helper) throw new Error(`${frame} is delivered to the gateway's own device`);
        const failure = { kind: 'delivery-failed' as const, frame, source, attempt, detail: 'no answer' };
        const success: LedgerEvent = { kind: 'frame-delivered', frame, source, attempt };
        const isQueued = (this.#distributions.get(frame)?.kind ?? 'stealing') === 'stealing';
        const tasks = isQueued
          ? tilesOf(frame, this.#parts.get(frame)!, { generation: this.#generation(frame), attempt })
          : [];
        this.#call(source, { frame, tasks }, success, failure);
        return;
      }
      case 'push': {
        const { frame, part, attempt, device } = order;
        const failure = { kind: 'push-failed' as const, frame, part, attempt, device, detail: 'no answer' };
        const success: LedgerEvent = { kind: 'part-pushed', frame, part, attempt, device };
        const how = this.#distributions.get(frame)?.kind ?? 'stealing';
        if (device === this.#helper && how !== 'gang')
          throw new Error(`${frame}: the gateway's own device gets a tile`);
        const key = { frame, tile: part, generation: this.#generation(frame), attempt };
        if (how === 'gang') this.#share(device, { ...key, kind: 'block' }, success, failure);
        else if (order.audit === true || how !== 'stealing')
          this.#share(device, { ...key, kind: 'tile' }, success, failure);
        else this.#call(device, { frame, tasks: [{ ...key, kind: 'tile' }] }, success, failure);
        return;
      }
      case 'compute-here':
        this.tally.local.push(order.frame);
        this.#forgetWrong(order.frame);
        this.#finishing.push({ frame: order.frame });
        return;
      case 'finish':
        this.#finishing = this.#finishing.filter(({ frame }) => frame !== order.frame);
        this.#finishing.push({ frame: order.frame, device: order.device });
        return;
      case 'judge': {
        const { frame, part, devices } = order;
        const wrong = [this.#wrong.get(`${frame}/${part}`), this.#wrong.get(`${frame}/${part} audited`)];
        this.#judging.push({ order, wrong: devices.filter((device) => wrong.includes(device)), isAlone: true });
        return;
      }
      case 'check': {
        const { parts } = this.#run.ledger.frames.get(order.frame)!;
        const wrong = parts.flatMap((_, member) => this.#wrong.get(`${order.frame}/${member}`) ?? []);
        this.#judging.push({ order, wrong, isAlone: parts.length === 1 });
        return;
      }
      case 'quarantine':
        this.#quarantined.add(order.device);
        return;
      case 'rerun':
        this.#finishing = this.#finishing.filter(({ frame }) => frame !== order.frame);
        this.#forgetWrong(order.frame);
        return;
      case 'gang':
        if (order.choice !== undefined) this.tally.chosen.push(order.devices.length);
        this.#forgetWrong(order.frame);
        return;
      case 'drop':
        this.tally.dropped.push(order.frame);
        return;
      case 'fail':
      case 'device-lost':
      case 'audited':
        return;
    }
  }

  /** What was computed of a frame so far is void. */
  #forgetWrong(frame: string): void {
    for (const key of this.#wrong.keys()) if (key.startsWith(`${frame}/`)) this.#wrong.delete(key);
  }

  #generation(frame: string): number {
    return this.#run.ledger.frames.get(frame)?.generation ?? 1;
  }

  #call(
    to: string,
    { frame, tasks }: { readonly frame: string; readonly tasks: readonly SimulatedTile[] },
    success: LedgerEvent,
    failure: Call['failure'],
  ): void {
    const call: Call = { success, failure, sinceMs: this.nowMs, open: true };
    this.#calls.push(call);
    this.#network.send({ kind: 'tasks', to, tasks, generation: this.#generation(frame), call, sentMs: this.nowMs });
  }

  #share(to: string, task: SimulatedTask, success: LedgerEvent, failure: Call['failure']): void {
    const call: Call = { success, failure, sinceMs: this.nowMs, open: true };
    this.#calls.push(call);
    this.#network.send({
      kind: 'shared',
      to,
      task,
      generation: this.#generation(task.frame),
      call,
      sentMs: this.nowMs,
    });
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
        const { to, tasks, generation, call } = letter;
        const device = this.#device(to);
        for (const { frame } of device.state === 'up' ? tasks : []) device.invalidateBefore(frame, generation);
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
        const { to, task, generation, call } = letter;
        const device = this.#device(to);
        if (device.state === 'up') device.invalidateBefore(task.frame, generation);
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
        for (const [frame, generation] of letter.invalidated) device.invalidateBefore(frame, generation);
        return;
      }
      case 'result': {
        const { from, task, isWrong } = letter;
        this.#resultArrived(from, task, isWrong);
        this.#device(from).sent(task);
        return;
      }
    }
  }

  #resultArrived(device: string, task: SimulatedTask, isWrong: boolean): void {
    const { frame, tile: part, generation, attempt } = task;
    const entry = this.#run.ledger.frames.get(frame);
    const key = `${frame}/${part}`;
    const audited = this.#auditEvery > 0 && (this.#parts.size + part + attempt) % this.#auditEvery === 0;
    // Before it may be thrown away again.
    const isOfGang = entry === undefined || !isGang(entry) || isPresentMember(entry, part, device, attempt);
    const isOpen = entry?.parts[part]?.kind !== 'done' && generation === (entry?.generation ?? generation);
    if (isOfGang && isOpen && !this.#quarantined.has(device)) {
      if (isWrong) this.#wrong.set(key, device);
      else this.#wrong.delete(key);
    }
    this.#tell({ kind: 'result', frame, part, generation, attempt, device, audited });
    if (this.#run.verdict !== 'to-compare') return;
    if (isWrong) this.#wrong.set(`${key} audited`, device);
    else this.#wrong.delete(`${key} audited`);
    this.#tell({ kind: 'audit-result', frame, part, attempt, device, agrees: !isWrong && !this.#wrong.has(key) });
  }

  /** Only heartbeats that are newer than what is known of the device count. */
  #heartbeatArrived(heartbeat: Heartbeat): void {
    const { device, life, number, tasks, handedOut, draining, returned, drained } = heartbeat;
    const latest = this.#latest.get(device);
    const isNewer = latest === undefined || life > latest.life || (life === latest.life && number > latest.number);
    if (!isNewer) return;
    this.#latest.set(device, { life, number });
    this.#tell({ kind: 'device-seen', device, medianTileMs: this.#medianTileMs, tasks, handedOut, draining, returned });
    if (drained) this.#tell({ kind: 'device-left', device });
    const named = [...new Set([...tasks, ...returned].map(({ frame }) => frame))];
    const hasNothing = this.#quarantined.has(device);
    const ended = named.filter((frame) => hasNothing || !this.#run.ledger.frames.has(frame));
    const invalidated = new Map(named.map((frame) => [frame, this.#generation(frame)]));
    this.#network.send({ kind: 'heard', to: device, heartbeat, ended, invalidated, sentMs: this.nowMs });
  }

  #count(effect: LedgerEffect): void {
    if ('attempt' in effect && !isAudit(effect)) this.tally.attempts = Math.max(this.tally.attempts, effect.attempt);
    if (effect.kind === 'note') increment(this.tally.notes, effect.note);
    if (effect.kind === 'fail') increment(this.tally.failures, effect.code);
    if (effect.kind === 'audited') increment(this.tally.audits, effect.outcome);
    if (effect.kind === 'quarantine') this.tally.quarantines.push(effect.device);
    if (effect.kind === 'rerun') this.tally.reruns++;
  }
}

/** The gateway looks at results that differ, or at the blocks of a gang. */
interface Judging {
  readonly order: Extract<LedgerOrder, { kind: 'judge' | 'check' }>;
  readonly wrong: readonly string[];
  /** Of a gang of several a wrong member may have got wrong strips. */
  readonly isAlone: boolean;
}

function findingOf({ isAlone, order, wrong }: Judging): Record<'tell' | 'not tell' | 'not compute', AuditFinding> {
  const detail = 'differs';
  const proven: AuditFinding = { kind: 'wrong', devices: wrong.map((device) => ({ device, detail })) };
  const tell: AuditFinding = isAlone || wrong.length === 0 ? proven : { kind: 'suspected', devices: wrong };
  if (order.kind === 'check') return { tell, 'not tell': { kind: 'skipped' }, 'not compute': { kind: 'skipped' } };
  return { tell, 'not tell': { kind: 'unclear', detail }, 'not compute': { kind: 'impossible', detail } };
}

function distributionOf(kind: Sharing, parts: number): Distribution {
  const auto = { kind: 'gang', plan: 'stages', members: 'auto', most: parts } as const;
  if (kind === 'auto') return auto;
  // From a bound that no gang keeps to one that a device keeps alone.
  if (kind === 'bounded') return { ...auto, withinMs: 50 * parts ** 3 };
  if (kind !== 'gang') return { kind };
  return { kind, plan: parts % 2 === 0 ? 'layers' : 'stages', members: parts === 1 ? 1 : 'all', most: parts };
}

/** Whether it is about an attempt that is only compared. */
function isAudit(effect: LedgerEffect): boolean {
  if (effect.kind === 'push') return effect.audit === true;
  if (effect.kind === 'note') return ['audit', 'audited', 'disputed'].includes(effect.note);
  return effect.kind === 'judge';
}

function tilesOf(frame: string, parts: number, tries: Pick<TaskKey, 'generation' | 'attempt'>): SimulatedTile[] {
  return Array.from({ length: parts }, (_, tile) => ({ kind: 'tile', frame, tile, ...tries }));
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
