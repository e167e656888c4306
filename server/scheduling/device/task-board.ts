import type { HandedOutTask, ListedTask } from '../ledger/ledger-events.js';
import { sameTile, type TaskKey } from '../task-key.js';
import type { BoardChange, BoardEvent } from './board-change.js';
import { type BoardBlock, type BoardTile, isBefore, isOvertaken } from './board-task.js';
import { Handouts } from './handouts.js';
import { emptyTaskQueue, enqueueTasks, requeueTask, type TaskQueue, takeTask } from './task-queue.js';

/** A request that is this far behind the last one is of another process of the thief, whose clock was set back. */
const OVERTAKEN = 1_000;

/**
 * Every task that one device has, by where it is: in the queue (open to thieves), stolen and waiting, or being
 * computed or sent. Listeners are told what changed.
 */
export class TaskBoard<Tile extends BoardTile, Block extends BoardBlock> {
  #queue: TaskQueue<Tile>;
  /** Stolen ahead of need; closed to thieves. */
  #stolen: Tile[] = [];
  /** Shared out to this device by the gateway; closed to thieves. */
  #shared: (Tile | Block)[] = [];
  /** Being computed, or computed and not yet at the gateway. */
  #running: (Tile | Block)[] = [];
  #handedOut: HandedOutTask[] = [];
  /** To be given back to the gateway, which has others run them. */
  #returned: (Tile | Block)[] = [];
  /** Of these, what had not begun when work was ended. */
  #unbegun: ReadonlySet<Tile | Block> = new Set();
  /** Nothing is begun any more, and nothing handed out. */
  #closed = false;
  #given = 0;
  readonly #handouts = new Handouts<Tile>();
  readonly #listeners: ((change: BoardChange<Tile, Block>) => void)[] = [];
  readonly #pick: (tasks: readonly Tile[], asker: string | null) => number;

  /**
   * @param limit of tasks in the queue.
   * @param pick chooses the next task of the queue, by index, for a thief or (null) for this device; the first when not given.
   */
  constructor(limit: number, pick: (tasks: readonly Tile[], asker: string | null) => number = () => 0) {
    this.#queue = emptyTaskQueue(limit);
    this.#pick = pick;
  }

  get pending(): number {
    return this.#queue.tasks.length;
  }

  get stolen(): number {
    return this.#stolen.length;
  }

  /** Tasks to compute or to send. */
  get size(): number {
    return this.pending + this.#stolen.length + this.#shared.length + this.#running.length;
  }

  get isIdle(): boolean {
    return this.size === 0;
  }

  /** Whether the queue has room for so many tasks more. */
  hasRoom(tasks: number): boolean {
    return this.pending + tasks <= this.#queue.limit;
  }

  /** What is to be given back to the gateway and was not reported yet. */
  get returned(): readonly (Tile | Block)[] {
    return this.#returned;
  }

  /**
   * What has not been begun is to be given back: tiles and blocks to the gateway, stolen tiles (`takeStolen`) to their victims.
   */
  close(): void {
    this.#closed = true;
    const tasks = [...this.#queue.tasks, ...this.#shared];
    this.#unbegun = new Set(tasks);
    this.#queue = emptyTaskQueue(this.#queue.limit);
    this.#shared = [];
    this.giveBack(tasks);
  }

  /**
   * Takes up work again, first what the gateway has not been told of yet. A block that had begun stays given back: its strips are gone,
   * and the gateway has the frame begin again.
   */
  open(): void {
    this.#closed = false;
    const kept = this.#returned.filter((task) => task.kind === 'tile' || this.#unbegun.has(task));
    this.#returned = this.#returned.filter((task) => !kept.includes(task));
    for (const task of kept.reverse()) {
      if (task.kind === 'tile') this.#queue = requeueTask(this.#queue, task);
      else this.#shared.unshift(task);
    }
    this.#emit({ kind: 'opened' });
  }

  /** Tiles that this device has and others are to run, or its part of a frame that is to begin again without it. */
  giveBack(tasks: readonly (Tile | Block)[]): void {
    this.#returned.push(...tasks);
    this.#emit({ kind: 'returned', tasks });
  }

  /** Tasks handed out to thieves since the start. */
  get given(): number {
    return this.#given;
  }

  /** @param listener called after each change, in the order of registration. */
  onChange(listener: (change: BoardChange<Tile, Block>) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * A later attempt of a tile that was stolen and is not begun takes its place: handed back to its victim it would take the
   * later one along unseen.
   *
   * @returns false when the queue has no room for all of them.
   */
  enqueue(tasks: readonly Tile[]): boolean {
    const queue = enqueueTasks(this.#queue, tasks);
    if (queue === null) return false;
    this.#queue = queue;
    this.#stolen = this.#stolen.filter((stolen) => !tasks.some((task) => isOvertaken(stolen, task)));
    this.#emit({ kind: 'queued', tasks });
    return true;
  }

  /**
   * Takes what the gateway shares out to this device; blocks of an earlier attempt, which was cut otherwise, go. A
   * device is in one gang at a time: blocks of other frames go as well.
   *
   * @returns false when there is no room for it.
   */
  share(task: Tile | Block): boolean {
    const isPast = (other: Tile | Block) =>
      other.frame === task.frame ? other.attempt < task.attempt : other.kind === 'block' && task.kind === 'block';
    if (task.kind !== 'tile') this.#shared = this.#shared.filter((other) => !isPast(other));
    if (this.#shared.length >= this.#queue.limit) return false;
    this.#shared.push(task);
    this.#emit({ kind: 'shared', task });
    return true;
  }

  /**
   * Whether it is here already: a tile in any attempt of its generation, since it is the same tile, but for one that was stolen
   * and not begun; a block in this one.
   */
  has(task: TaskKey): boolean {
    const isIt = (other: Tile | Block) =>
      sameTile(other, task) &&
      (other.kind === 'tile' ? other.generation >= task.generation : other.attempt === task.attempt);
    return (
      this.#queue.tasks.some(isIt) ||
      this.#stolen.some((other) => isIt(other) && !isOvertaken(other, task)) ||
      this.#shared.some(isIt) ||
      this.#running.some(isIt)
    );
  }

  /** What was stolen and is next, not begun; null when there is nothing. */
  get nextStolen(): Tile | null {
    return this.#stolen[0] ?? null;
  }

  addStolen(task: Tile): void {
    this.#stolen.push(task);
    this.#emit({ kind: 'stolen', task });
  }

  /** The next task to compute here: what was stolen ahead of need first, it has waited longest. */
  takeNext(): Tile | Block | null {
    if (this.#closed) return null;
    const from = this.#stolen.length > 0 ? 'stolen' : this.#shared.length > 0 ? 'shared' : 'queue';
    const task = this.#stolen.shift() ?? this.#shared.shift() ?? this.#takeQueued(null);
    if (task !== null) {
      this.#running.push(task);
      this.#emit({ kind: 'begun', task, from });
    }
    return task;
  }

  /** A task is off this device's hands: its result has arrived, or nobody wants it. */
  finished(task: Tile | Block): void {
    this.#running = this.#running.filter((other) => other !== task);
    this.#emit({ kind: 'finished', task });
  }

  /** The task that a thief gets; the same one again for a sequence number that it repeats. */
  handOut(thief: string, sequence: number): Tile | null {
    const last = this.#handouts.latest(thief);
    if (last?.sequence === sequence) return last.task;
    // An older request that was overtaken: nobody waits for its answer any more.
    const behind = (last?.sequence ?? sequence) - sequence;
    if (behind > 0 && behind < OVERTAKEN) return null;
    const task = this.#takeQueued(thief);
    if (task === null) return null;
    this.#handouts.add(thief, { sequence, task });
    this.#given++;
    const { frame, tile, generation, attempt } = task;
    this.#handedOut.push({ frame, tile, generation, attempt, thief });
    this.#emit({ kind: 'handed-out', task, thief });
    return task;
  }

  /** A thief hands a task back. @returns false when it never had it. */
  takeBack(thief: string, key: Omit<TaskKey, 'generation'>): boolean {
    const task = this.#handouts.takeBack(thief, key);
    if (task === null) return false;
    if (this.#closed) this.#returned.push(task);
    else this.#queue = requeueTask(this.#queue, task);
    this.#handedOut = this.#handedOut.filter((other) => !(other.thief === thief && sameTile(other, key)));
    this.#emit({ kind: 'handed-back', task, thief });
    if (this.#closed) this.#emit({ kind: 'returned', tasks: [task] });
    return true;
  }

  /** Takes out what was stolen and not begun, to be handed back. */
  takeStolen(): readonly Tile[] {
    const stolen = this.#stolen;
    this.#stolen = [];
    if (stolen.length > 0) this.#emit({ kind: 'taken-out', tasks: stolen });
    return stolen;
  }

  /** Forgets a frame that has ended; what is being computed of it runs on, and its result will be stale. */
  dropFrame(frame: string): void {
    this.dropBefore(frame, Number.POSITIVE_INFINITY);
  }

  /**
   * Forgets older generations of a frame that began again; what is being computed runs on, and its result will be stale.
   *
   * @param attempt of the frame's blocks in this generation: those before it are forgotten as well.
   */
  dropBefore(frame: string, generation: number, attempt = 0): void {
    const isPast = (task: Tile | Block) => task.frame === frame && isBefore(task, generation, attempt);
    this.#queue = { ...this.#queue, tasks: this.#queue.tasks.filter((task) => !isPast(task)) };
    this.#stolen = this.#stolen.filter((task) => !isPast(task));
    this.#shared = this.#shared.filter((task) => !isPast(task));
    this.#returned = this.#returned.filter((task) => !isPast(task));
    this.#handouts.drop(isPast);
    this.#emit({ kind: 'dropped', frame });
  }

  /** Every task that this device has, for its registration. */
  listed(): readonly ListedTask[] {
    const entry = (task: Tile | Block, state: ListedTask['state']): ListedTask => {
      const { frame, tile, generation, attempt } = task;
      return { frame, tile, generation, attempt, state };
    };
    return [
      ...this.#running.map((task) => entry(task, 'running')),
      ...this.#stolen.map((task) => entry(task, 'waiting')),
      ...[...this.#shared, ...this.#queue.tasks].map((task) => entry(task, 'queued')),
    ];
  }

  /** What was handed out and not yet reported. */
  get handedOut(): readonly HandedOutTask[] {
    return this.#handedOut;
  }

  /** The gateway knows of these now. */
  reported(handedOut: readonly HandedOutTask[], returned: readonly (Tile | Block)[]): void {
    this.#handedOut = this.#handedOut.filter((task) => !handedOut.includes(task));
    this.#returned = this.#returned.filter((task) => !returned.includes(task));
  }

  #takeQueued(asker: string | null): Tile | null {
    const { queue, task } = takeTask(this.#queue, (tasks) => this.#pick(tasks, asker));
    this.#queue = queue;
    return task;
  }

  #emit(event: BoardEvent<Tile, Block>): void {
    const change = { ...event, pending: this.pending };
    for (const listener of this.#listeners) listener(change);
  }
}
