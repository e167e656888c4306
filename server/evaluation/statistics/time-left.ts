/** How long what remains will take, judged by what was done: starts of clusters and batches of frames take their means. */
export class TimeLeft {
  #starts = { left: 0, done: 0, seconds: 0 };
  #frames = { left: 0, done: 0, seconds: 0 };

  constructor({ starts, frames }: { readonly starts: number; readonly frames: number }) {
    this.#starts.left = starts;
    this.#frames.left = frames;
  }

  started(seconds: number): void {
    add(this.#starts, 1, seconds);
  }

  measured(frames: number, seconds: number): void {
    add(this.#frames, frames, seconds);
  }

  /** What will not be done after all. */
  dropped({ starts, frames }: { readonly starts: number; readonly frames: number }): void {
    this.#starts.left -= starts;
    this.#frames.left -= frames;
  }

  /** Null as long as nothing has been done of a kind that remains. */
  get seconds(): number | null {
    let sum = 0;
    for (const { left, done, seconds } of [this.#starts, this.#frames]) {
      if (left === 0) continue;
      if (done === 0) return null;
      sum += (seconds / done) * left;
    }
    return sum;
  }
}

function add(kind: { left: number; done: number; seconds: number }, count: number, seconds: number): void {
  kind.left -= count;
  kind.done += count;
  kind.seconds += seconds;
}
