import type { BoardBlock, BoardTile } from '../../../server/scheduling/device/board-task.js';
import { TaskBoard } from '../../../server/scheduling/device/task-board.js';
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
  readonly returned: readonly SimulatedTask[];
  /** Whether nothing is left of what it had. */
  readonly drained: boolean;
}

/** A tile on its way or on a device, with the device that it was stolen from. */
export interface SimulatedTile extends BoardTile {
  readonly victim?: string;
}

/** A task on its way or on a device. */
export type SimulatedTask = SimulatedTile | SimulatedPart;

/** What the gateway shares out, and no device steals. */
type SimulatedPart = BoardBlock;

/** An edge device as the ledger sees one: the real task board, with fakes around it that do at once what they are asked for. */
export class SimulatedDevice {
  readonly name: string;
  state: 'up' | 'frozen' | 'down' = 'up';
  /** Whether it computes everything wrongly. */
  isWrong = false;
  readonly #queueLimit: number;
  #life = 0;
  #number = 0;
  #board: TaskBoard<SimulatedTile, SimulatedPart>;
  #computing: SimulatedTask | null = null;
  /** Of its latest request to a victim. */
  #sequence = 0;
  #draining = false;
  /** Its own pictures that the gateway has and it has not queued. */
  #submitting = 0;
  #knownDrained = false;
  /** Heartbeats up to this one were sent before it was drained the last time. */
  #drainedAfter = 0;
  /** By frame: its generation, as far as it has been told. */
  readonly #generations = new Map<string, number>();

  constructor(name: string, queueLimit: number) {
    this.name = name;
    this.#queueLimit = queueLimit;
    this.#board = new TaskBoard(queueLimit);
  }

  get life(): number {
    return this.#life;
  }

  get pending(): number {
    return this.#board.pending;
  }

  get isIdle(): boolean {
    return this.#board.isIdle;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Whether it was drained to the end, and the gateway knows of everything. */
  get isDrained(): boolean {
    const { handedOut, isIdle, returned } = this.#board;
    return this.#draining && isIdle && this.#submitting + returned.length + handedOut.length === 0;
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
    this.#board.close();
  }

  resume(): void {
    this.#draining = false;
    this.#board.open();
  }

  submits(): void {
    this.#submitting++;
  }

  /** The gateway has answered a picture of its own. */
  hasSubmitted(tasks: readonly SimulatedTile[]): void {
    this.#submitting = Math.max(0, this.#submitting - 1);
    if (this.#draining) this.giveBack(tasks);
    else this.enqueue(tasks);
  }

  giveBack(tasks: readonly SimulatedTask[]): void {
    this.#board.giveBack(tasks);
  }

  /** Starts anew, with nothing of what it had. */
  restart(): void {
    this.state = 'up';
    this.#life++;
    this.#number = 0;
    this.#board = new TaskBoard(this.#queueLimit);
    this.#computing = null;
    this.#draining = false;
    this.#knownDrained = false;
    this.#drainedAfter = 0;
    this.#submitting = 0;
    this.#generations.clear();
  }

  /** Older generations of a frame are void. */
  invalidateBefore(frame: string, generation: number): void {
    if ((this.#generations.get(frame) ?? 1) >= generation) return;
    this.#generations.set(frame, generation);
    this.#board.dropBefore(frame, generation);
  }

  /** @returns false when its queue has no room, or it is being drained; what it has already it does not queue again. */
  enqueue(tasks: readonly SimulatedTile[]): boolean {
    const isPast = ({ frame, generation }: TaskKey) => generation < (this.#generations.get(frame) ?? 1);
    return !this.#draining && this.#board.enqueue(tasks.filter((task) => !this.#board.has(task) && !isPast(task)));
  }

  /** Takes what the gateway shares out, also a tile to audit of which it has another attempt. @returns false when there is no room for it. */
  share(task: SimulatedTask): boolean {
    const isListed = this.#board.listed().some((other) => sameTile(other, task) && other.attempt === task.attempt);
    return (isListed && this.#board.has(task)) || this.#board.share(task);
  }

  /** Finishes what it computes and begins the next. @returns what it has a result of now. */
  work(): SimulatedTask | null {
    const computed = this.#computing;
    this.#computing = this.#board.takeNext();
    return computed;
  }

  /** The result is with the gateway, or given up. */
  sent(task: SimulatedTask): void {
    this.#board.finished(task);
  }

  /** Asks another device for a task. @param arrives whether the answer does. */
  steal(victim: SimulatedDevice, arrives: boolean): void {
    const task = victim.#board.handOut(this.name, ++this.#sequence);
    if (task !== null && arrives) this.#board.addStolen({ ...task, victim: victim.name });
  }

  /** Gives up what it stole and has not begun. */
  takeStolen(): readonly SimulatedTile[] {
    return this.#board.takeStolen();
  }

  /** @returns false when that thief has not had the task from here. */
  takeBack(thief: string, task: SimulatedTile): boolean {
    return this.state === 'up' && this.#board.takeBack(thief, task);
  }

  dropFrame(frame: string): void {
    this.#board.dropFrame(frame);
    this.#generations.delete(frame);
  }

  heartbeat(): Heartbeat {
    const { handedOut, returned } = this.#board;
    return {
      ...{ device: this.name, life: this.#life, number: ++this.#number, tasks: this.#board.listed() },
      ...{ handedOut: [...handedOut], draining: this.#draining, returned: [...returned], drained: this.isDrained },
    };
  }

  /** The gateway has heard this. */
  heard({ life, number, handedOut, returned, drained }: Heartbeat): void {
    if (life !== this.#life) return;
    if (number > this.#drainedAfter) this.#knownDrained = drained;
    this.#board.reported(handedOut, returned);
  }
}
