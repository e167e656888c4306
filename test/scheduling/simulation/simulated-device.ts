import type { HandedOutTask, ListedTask } from '../../../server/scheduling/ledger-state.js';
import {
  dropFrameTasks,
  emptyTaskQueue,
  enqueueTasks,
  requeueTask,
  sameTile,
  type TaskKey,
  type TaskQueue,
  takeTask,
} from '../../../server/scheduling/task-queue.js';

export interface Heartbeat {
  readonly device: string;
  /** Which life of the device sent it. */
  readonly life: number;
  /** Grows with each heartbeat of a life. */
  readonly number: number;
  readonly tasks: readonly ListedTask[];
  readonly handedOut: readonly HandedOutTask[];
}

/** A task on its way or on a device: a tile, or one layer of a slice. */
export interface SimulatedTask extends TaskKey {
  readonly layer?: number | undefined;
}

/** An edge device as the ledger sees one: it queues, computes, steals and is stolen from, and tells what it holds. */
export class SimulatedDevice {
  readonly name: string;
  state: 'up' | 'frozen' | 'down' = 'up';
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

  get isIdle(): boolean {
    return this.#computing === null && this.#stolen.length + this.#shared.length + this.pending === 0;
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
  }

  /** @returns false when its queue has no room; what it has already it does not queue again. */
  enqueue(tasks: readonly TaskKey[]): boolean {
    const held = this.#listed();
    const isHeld = (task: TaskKey) =>
      held.some((other) => (this.#keepsOlder ? sameTile(other, task) : keyOf(other) === keyOf(task)));
    const queue = enqueueTasks(
      this.#queue,
      tasks.filter((task) => !isHeld(task)),
    );
    if (queue === null) return false;
    this.#queue = queue;
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
    const finished = this.#computing !== null && this.#compute(this.#computing) ? this.#computing : null;
    if (finished !== null) this.#sending.push(finished);
    this.#computing = this.#stolen.shift()?.task ?? this.#shared.shift() ?? this.#takeQueued();
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
    this.#queue = requeueTask(this.#queue, task);
    this.#handedOut = this.#handedOut.filter((other) => other.thief !== thief || keyOf(other) !== keyOf(task));
  }

  dropFrame(frame: string): void {
    this.#queue = dropFrameTasks(this.#queue, frame);
    this.#stolen = this.#stolen.filter(({ task }) => task.frame !== frame);
    this.#shared = this.#shared.filter((task) => task.frame !== frame);
    this.#resident.delete(frame);
  }

  heartbeat(): Heartbeat {
    const handedOut = [...this.#handedOut];
    return { device: this.name, life: this.#life, number: ++this.#number, tasks: this.#listed(), handedOut };
  }

  /** The gateway has heard this. */
  heard({ life, handedOut }: Heartbeat): void {
    if (life === this.#life) this.#handedOut = this.#handedOut.filter((task) => !handedOut.includes(task));
  }

  #listed(): ListedTask[] {
    const computing = this.#computing === null ? [] : [this.#computing];
    return [
      ...[...this.#sending, ...computing].map((task) => listed(task, 'running')),
      ...this.#stolen.map(({ task }) => listed(task, 'waiting')),
      ...[...this.#shared, ...this.#queue.tasks].map((task) => listed(task, 'queued')),
    ];
  }

  #takeQueued(): TaskKey | null {
    const { queue, task } = takeTask(this.#queue);
    this.#queue = queue;
    return task;
  }
}

function listed({ frame, tile, layer, attempt }: SimulatedTask, state: ListedTask['state']): ListedTask {
  return { frame, tile, ...(layer !== undefined && { layer }), attempt, state };
}

function keyOf({ frame, tile, layer, attempt }: SimulatedTask): string {
  return `${frame}/${layer ?? ''}/${tile}#${attempt}`;
}
