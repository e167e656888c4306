export interface SilenceOptions {
  /** Longest time between two pictures, in milliseconds. */
  readonly silenceMs: number;
  /** Called once for each silence; the next picture starts another count. */
  readonly onSilence: () => void;
}

/** Notices that a source gives no pictures any more. It counts from its construction on, until `stop()`. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #timer: NodeJS.Timeout | undefined;
  /** Waits for the cluster that are under way: in those the source could not give a picture. */
  #holds = 0;
  #isStopped = false;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#count();
  }

  /** The silence in words, for a note. */
  get words(): string {
    return `no picture for ${this.#options.silenceMs / 1000} s`;
  }

  /** A picture has come. */
  heard(): void {
    this.#count();
  }

  /** Waits for work during which the source is not read, such as room for a picture; the count starts again afterwards. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#holds++;
    clearTimeout(this.#timer);
    try {
      return await work;
    } finally {
      this.#holds--;
      this.#count();
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #count(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped || this.#holds > 0) return;
    this.#timer = setTimeout(this.#options.onSilence, this.#options.silenceMs);
  }
}
