import { freeMaps } from './collect-garbage.js';

/** A thread that has had no request for so long is idle: the result of the one before is on its way, which needs the processor, too. */
const IDLE_MS = 50;

/** Frees the maps of frames that have ended when the thread is idle, and those of two frames at once at the latest. */
export class IdleCollection {
  readonly #free: () => void;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(free: () => void = freeMaps) {
    this.#free = free;
  }

  /** A request has come. */
  begin(): void {
    clearTimeout(this.#timer);
  }

  /** The maps of a frame are no longer read. */
  frameEnded(): void {
    if (this.#isDue) this.#collect();
    else this.#isDue = true;
  }

  /** No request is left. */
  end(): void {
    if (this.#isDue) this.#timer = setTimeout(() => this.#collect(), IDLE_MS);
  }

  #collect(): void {
    this.#isDue = false;
    this.#free();
  }
}
