import { HttpProblem } from '../../node/problems/problem.js';

/** A picture that is let in. */
interface Entry {
  /** Aborted when a newer picture of the camera comes. */
  readonly superseded: AbortController;
  next: Waiting | null;
}

/** The newest picture of a camera, behind the one that is let in. */
interface Waiting {
  readonly entry: Entry;
  readonly enter: () => void;
  readonly refuse: (problem: HttpProblem) => void;
}

/**
 * Lets the pictures of each camera in one at a time. The newest waits for the one that is let in, others that wait are refused: what a
 * camera holds before its pictures are frames is bounded, however fast it is.
 */
export class CameraGate {
  readonly #entered = new Map<string, Entry>();

  /** Pictures that wait behind another one of their camera. */
  get size(): number {
    return [...this.#entered.values()].filter(({ next }) => next !== null).length;
  }

  /**
   * @param work makes a frame of the picture. Its signal is aborted when a newer picture comes, with the problem as its reason: then it
   *   waits for no device any more.
   * @throws HttpProblem 409 `DT_FRAME_SUPERSEDED` when a newer picture of the camera has come before this one was let in.
   */
  async pass<T>(camera: string, work: (superseded: AbortSignal) => Promise<T>): Promise<T> {
    const entry: Entry = { superseded: new AbortController(), next: null };
    const before = this.#entered.get(camera);
    if (before === undefined) this.#entered.set(camera, entry);
    else await this.#behind(before, entry, camera);
    try {
      return await work(entry.superseded.signal);
    } finally {
      const { next } = entry;
      if (next === null) this.#entered.delete(camera);
      else this.#entered.set(camera, next.entry);
      next?.enter();
    }
  }

  #behind(before: Entry, entry: Entry, camera: string): Promise<void> {
    const problem = supersededProblem(camera);
    before.superseded.abort(problem);
    before.next?.refuse(problem);
    return new Promise((enter, refuse) => {
      before.next = { entry, enter, refuse };
    });
  }
}

/** Answers a picture that has not become a frame. */
function supersededProblem(camera: string): HttpProblem {
  const detail = `a newer picture of camera ${camera} came before this one was accepted (queue=all keeps every picture)`;
  return new HttpProblem('DT_FRAME_SUPERSEDED', detail);
}
