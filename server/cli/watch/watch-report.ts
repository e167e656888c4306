import type { Schemas } from '../../../client/client.js';
import { foundLine } from '../terminal/frame-report.js';
import { formatCount, formatDuration } from '../terminal/quantities.js';
import { errorMark } from '../terminal/report-error.js';
import { plainText, printJsonLine, printLine, printNote } from '../terminal/terminal.js';

type Frame = Schemas['Frame'];

const MISSED = 'while the cluster could take none';

/** Says what becomes of the pictures of one source, a line each, and counts them. */
export class WatchReport {
  complete = 0;
  failed = 0;
  /** Dropped since the cluster is slower than the source. */
  dropped = 0;
  /** Dropped while the gateway or its devices were not there. */
  missed = 0;
  readonly #source: string;
  readonly #json: boolean;
  #saidDropped = 0;
  #saidMissed = 0;
  #cannotTake = false;

  /** @param source as people name it, without credentials. */
  constructor(source: string, json: boolean) {
    this.#source = source;
    this.#json = json;
  }

  result(name: string, frame: Frame, annotated: string | null): void {
    this.complete++;
    this.#tellDropped();
    if (this.#json) {
      this.#print({ picture: name, frame, ...(annotated === null ? {} : { annotated }) });
      return;
    }
    const { totalMs } = frame.timing;
    const took = totalMs === null ? '' : ` in ${formatDuration(totalMs)}`;
    const drawn = annotated === null ? '' : `, ${plainText(annotated)}`;
    printLine(`${plainText(name)}: ${foundLine(frame)}${took} (frame ${frame.id}${drawn})`);
  }

  failure(name: string, reason: string): void {
    this.failed++;
    if (this.#json) this.#print({ picture: name, error: reason });
    else printNote(`${errorMark()} ${plainText(name)}: ${plainText(reason)}`);
  }

  drop(): void {
    if (this.#cannotTake) this.missed++;
    else this.dropped++;
  }

  /** Whether the cluster can take pictures at all: what is dropped while it cannot says nothing of its speed. */
  cannotTake(cannotTake: boolean): void {
    this.#cannotTake = cannotTake;
  }

  note(text: string): void {
    printNote(plainText(text));
  }

  /** The last line. */
  end(): void {
    const counts = [
      formatCount(this.complete, 'picture'),
      ...(this.dropped > 0 ? [`${this.dropped} dropped, since the cluster is slower than the source`] : []),
      ...(this.missed > 0 ? [`${this.missed} dropped, ${MISSED}`] : []),
      ...(this.failed > 0 ? [`${this.failed} failed`] : []),
    ];
    printNote(`${plainText(this.#source)}: ${counts.join(', ')}`);
  }

  /** Beside the results, each time that their number has doubled: a slow cluster drops most of a stream. */
  #tellDropped(): void {
    if (this.missed > this.#saidMissed) printNote(`${formatCount(this.missed, 'picture')} dropped so far, ${MISSED}`);
    this.#saidMissed = this.missed;
    if (this.dropped < Math.max(1, 2 * this.#saidDropped)) return;
    this.#saidDropped = this.dropped;
    printNote(`${formatCount(this.dropped, 'picture')} dropped so far: the cluster is slower than the source`);
  }

  #print(document: object): void {
    printJsonLine({ source: this.#source, ...document });
  }
}
