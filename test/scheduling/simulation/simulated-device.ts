import {
  dropFrameTasks,
  emptyTaskQueue,
  enqueueTasks,
  requeueTask,
  type TaskQueue,
  takeTask,
} from '../../../server/scheduling/device/task-queue.js';
import type { HandedOutTask, ListedTask } from '../../../server/scheduling/ledger/ledger-events.js';
import { sameTile, type TaskKey } from '../../../server/scheduling/task-key.js';

export interface Heartbeat {
  readonly device: string;
  /** Which life of the device sent it. */
  readonly life: number;
  /** Grows with each heartbeat of a life. */
  readonly number: number;
  readonly tasks: readonly ListedTask[];
  readonly handedOut: readonly HandedOutTask[];
  readonly draining: boolean;
  readonly returned: readonly TaskKey[];
  /** Whether nothing is left of what it had. */
  readonly drained: boolean;
}

/** A task on its way or on a device: a tile, or one layer of a slice. */
export interface SimulatedTask extends TaskKey {
  readonly layer?: number | undefined;
  /** Whether it is the block of a member of a gang, which is never stolen. */
  readonly isBlock?: boolean;
  /** Whether it was computed wrongly. */
  readonly isWrong?: boolean;
}

/** An edge device as the ledger sees one: it queues, computes, steals and is stolen from, and tells what it holds. */
export class SimulatedDevice {
  readonly name: string;
  state: 'up' | 'frozen' | 'down' = 'up';
  /** Whether it computes everything wrongly. */
  isWrong = false;
  readonly #keepsOlder: boolean;
  #life = 0;
  #number = 0;
  #queue: TaskQueue<TaskKey>;
  #stolen: { task: TaskKey; victim: string }[] = [];
  /** Shared out to it; nobody steals these. */
  #shared: SimulatedTask[] = [];
  /** By frame: of which attempt it has a slice of which map. */
  readonly #resident = new Map<string, { readonly attempt: number; readonly map: number }>();
  #computing: SimulatedTask | null = null;
  #sending: SimulatedTask[] = [];
  #handedOut: HandedOutTask[] = [];
  #draining = false;
  #returned: SimulatedTask[] = [];
  #unbegun: ReadonlySet<SimulatedTask> = new Set();
  /** Its own pictures that the gateway has and it has not queued. */
  #submitting = 0;
  #knownDrained = false;
  /** Heartbeats up to this one were sent before it was drained the last time. */
  #drainedAfter = 0;
  /** By frame: its generation, as far as it has been told. */
  readonly #generations = new Map<string, number>();

  /** @param keepsOlder whether it takes no newer attempt of a tile that it has already. */
  constructor(name: string, queueLimit: number, keepsOlder: boolean) {
    this.name = name;
    this.#keepsOlder = keepsOlder;
    this.#queue = emptyTaskQueue(queueLimit);
  }

  get life(): number {
    return this.#life;
  }

  get pending(): number {
    return this.#queue.tasks.length;
  }

  get stolen(): number {
    return this.#stolen.length;
  }

  get isIdle(): boolean {
    return this.#computing === null && this.#stolen.length + this.#shared.length + this.pending === 0;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Whether it was drained to the end, and the gateway knows of everything. */
  get isDrained(): boolean {
    const known = this.#returned.length === 0 && this.#handedOut.length === 0;
    return this.#draining && this.isIdle && this.#sending.length + this.#submitting === 0 && known;
  }

  /** Whether the gateway has heard that it is drained. */
  get mayEnd(): boolean {
    return this.isDrained && this.#knownDrained;
  }

  /** Takes nothing new, and gives back what waits in its queue. */
  drain(): void {
    this.#draining = true;
    this.#knownDrained = false;
    this.#drainedAfter = this.#number;
    // A slice is of no use elsewhere: its frame begins again.
    const unbegun = [...this.#queue.tasks, ...this.#shared.filter(({ layer }) => layer === undefined)];
    this.#unbegun = new Set(unbegun);
    this.#returned.push(...unbegun);
    this.#shared = [];
    this.#queue = emptyTaskQueue(this.#queue.limit);
  }

  /** Tiles that the gateway has not been told of yet it keeps. */
  resume(): void {
    this.#draining = false;
    const tiles = this.#returned.filter(({ isBlock }) => !isBlock);
    this.#shared.push(...this.#returned.filter((task) => task.isBlock && this.#unbegun.has(task)));
    this.#returned = this.#returned.filter((task) => task.isBlock && !this.#unbegun.has(task));
    for (const task of tiles.reverse()) this.#queue = requeueTask(this.#queue, task);
  }

  submits(): void {
    this.#submitting++;
  }

  /** The gateway has answered a picture of its own. */
  hasSubmitted(tasks: readonly TaskKey[]): void {
    this.#submitting = Math.max(0, this.#submitting - 1);
    if (this.#draining) this.giveBack(tasks);
    else this.enqueue(tasks);
  }

  giveBack(tasks: readonly TaskKey[]): void {
    this.#returned.push(...tasks);
  }

  /** Starts anew, with nothing of what it had. */
  restart(): void {
    this.state = 'up';
    this.#life++;
    this.#number = 0;
    this.#queue = emptyTaskQueue(this.#queue.limit);
    this.#stolen = [];
    this.#shared = [];
    this.#resident.clear();
    this.#computing = null;
    this.#sending = [];
    this.#handedOut = [];
    this.#draining = false;
    this.#knownDrained = false;
    this.#drainedAfter = 0;
    this.#returned = [];
    this.#submitting = 0;
    this.#generations.clear();
  }

  /** Older generations of a frame are void. */
  invalidateBefore(frame: string, generation: number): void {
    if ((this.#generations.get(frame) ?? 1) >= generation) return;
    this.#generations.set(frame, generation);
    const isPast = (task: TaskKey) => task.frame === frame && task.generation < generation;
    this.#queue = { ...this.#queue, tasks: this.#queue.tasks.filter((task) => !isPast(task)) };
    this.#stolen = this.#stolen.filter(({ task }) => !isPast(task));
    this.#shared = this.#shared.filter((task) => !isPast(task));
    this.#returned = this.#returned.filter((task) => !isPast(task));
  }

  /** @returns false when its queue has no room, or it is being drained; what it has already it does not queue again. */
  enqueue(tasks: readonly TaskKey[]): boolean {
    if (this.#draining) return false;
    const isOvertaken = (stolen: TaskKey) =>
      tasks.some((task) => sameTile(task, stolen) && stolen.attempt < task.attempt);
    const stolenWaits = this.#stolen.filter(({ task }) => !isOvertaken(task));
    const held = this.#listed(stolenWaits);
    const counts = ({ frame, generation }: TaskKey) => generation >= (this.#generations.get(frame) ?? 1);
    const isHeld = (task: TaskKey) =>
      held.some((other) => counts(other) && (this.#keepsOlder ? sameTile(other, task) : keyOf(other) === keyOf(task)));
    const queue = enqueueTasks(
      this.#queue,
      tasks.filter((task) => !isHeld(task)),
    );
    if (queue === null) return false;
    this.#queue = queue;
    this.#stolen = stolenWaits;
    return true;
  }

  /** Takes what the gateway shares out. @returns false when there is no room for it. */
  share(task: SimulatedTask): boolean {
    if (this.#listed().some((other) => keyOf(other) === keyOf(task))) return true;
    if (this.#shared.length >= this.#queue.limit) return false;
    this.#shared.push(task);
    return true;
  }

  /** Finishes what it computes and begins the next. @returns what it has a result of now. */
  work(): SimulatedTask | null {
    const computed = this.#computing !== null && this.#compute(this.#computing) ? this.#computing : null;
    const finished = computed && { ...computed, isWrong: this.isWrong };
    if (finished !== null) this.#sending.push(finished);
    this.#computing = this.#draining
      ? null
      : (this.#stolen.shift()?.task ?? this.#shared.shift() ?? this.#takeQueued());
    return finished;
  }

  /** @returns false for a layer of a slice that is past, or that lacks what the layer before should have left here. */
  #compute({ frame, attempt, layer }: SimulatedTask): boolean {
    if (layer === undefined) return true;
    const resident = this.#resident.get(frame);
    const isPast =
      resident !== undefined && (attempt < resident.attempt || (attempt === resident.attempt && layer < resident.map));
    if (isPast || (layer > 0 && (resident?.attempt !== attempt || resident.map !== layer))) return false;
    this.#resident.set(frame, { attempt, map: layer + 1 });
    return true;
  }

  /** The result is with the gateway, or given up. */
  sent(task: SimulatedTask): void {
    const index = this.#sending.findIndex((other) => keyOf(other) === keyOf(task));
    if (index >= 0) this.#sending.splice(index, 1);
  }

  giveTo(thief: string): TaskKey | null {
    const task = this.#takeQueued();
    if (task !== null) this.#handedOut.push({ ...task, thief });
    return task;
  }

  receiveStolen(task: TaskKey, victim: string): void {
    this.#stolen.push({ task, victim });
  }

  /** Gives up what it stole and has not begun. */
  takeStolen(): { task: TaskKey; victim: string } | null {
    return this.#stolen.shift() ?? null;
  }

  takeBack(thief: string, task: TaskKey): void {
    if (this.#draining) this.#returned.push(task);
    else this.#queue = requeueTask(this.#queue, task);
    this.#handedOut = this.#handedOut.filter((other) => other.thief !== thief || keyOf(other) !== keyOf(task));
  }

  dropFrame(frame: string): void {
    this.#queue = dropFrameTasks(this.#queue, frame);
    this.#stolen = this.#stolen.filter(({ task }) => task.frame !== frame);
    this.#shared = this.#shared.filter((task) => task.frame !== frame);
    this.#resident.delete(frame);
    this.#generations.delete(frame);
    this.#returned = this.#returned.filter((task) => task.frame !== frame);
  }

  heartbeat(): Heartbeat {
    return {
      ...{ device: this.name, life: this.#life, number: ++this.#number, tasks: this.#listed() },
      ...{ handedOut: [...this.#handedOut], draining: this.#draining, returned: [...this.#returned] },
      drained: this.isDrained,
    };
  }

  /** The gateway has heard this. */
  heard({ life, number, handedOut, returned, drained }: Heartbeat): void {
    if (life !== this.#life) return;
    if (number > this.#drainedAfter) this.#knownDrained = drained;
    this.#handedOut = this.#handedOut.filter((task) => !handedOut.includes(task));
    this.#returned = this.#returned.filter((task) => !returned.includes(task));
  }

  #listed(stolen: readonly { readonly task: TaskKey }[] = this.#stolen): ListedTask[] {
    const computing = this.#computing === null ? [] : [this.#computing];
    return [
      ...[...this.#sending, ...computing].map((task) => listed(task, 'running')),
      ...stolen.map(({ task }) => listed(task, 'waiting')),
      ...[...this.#shared, ...this.#queue.tasks].map((task) => listed(task, 'queued')),
    ];
  }

  #takeQueued(): TaskKey | null {
    const { queue, task } = takeTask(this.#queue);
    this.#queue = queue;
    return task;
  }
}

function listed({ frame, tile, layer, generation, attempt }: SimulatedTask, state: ListedTask['state']): ListedTask {
  return { frame, tile, ...(layer !== undefined && { layer }), generation, attempt, state };
}

function keyOf({ frame, tile, layer, attempt }: SimulatedTask): string {
  return `${frame}/${layer ?? ''}/${tile}#${attempt}`;
}
