import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { DeepThingsError } from '../../errors.js';
import type { QueuePolicy } from '../../scheduling/policy/waiting-order.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import { pathArgument } from '../argument-bytes.js';
import { type GatewayChoice, openGateway } from '../gateway/gateway-access.js';
import { EXIT_FAILED } from '../terminal/exit-codes.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { frameSummary, resultTable } from '../terminal/frame-report.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatCount } from '../terminal/quantities.js';
import { errorMark } from '../terminal/report-error.js';
import { paint, plainText, printJson, printLine, printNote } from '../terminal/terminal.js';
import { planAnnotatedFiles, writeAnnotated } from './annotated-files.js';
import { readPicture } from './picture-file.js';
import { submitPatiently } from './submit-patiently.js';
import type { WaitingReason } from './waiting-reason.js';

type Frame = Schemas['Frame'];

export interface SubmitOptions extends GatewayChoice {
  readonly json?: boolean;
  readonly out?: string;
  readonly source?: string;
  readonly strategy?: StrategyName;
  readonly members?: number;
  /** Milliseconds. */
  readonly within?: number;
  readonly camera?: string;
  readonly tag?: string[];
  readonly queue: QueuePolicy;
  /** Seconds. */
  readonly wait: number;
}

/** Frames under way at once: enough to keep a cluster busy, few enough for its queue. */
const AT_ONCE = 4;

/** `deepthings submit`: sets the exit code to 1 when a picture was refused, failed or took too long. */
export async function runSubmit(images: readonly string[], options: SubmitOptions): Promise<void> {
  const { json = false, out, wait } = options;
  if (out !== undefined && wait === 0) {
    throw new DeepThingsError('DT_USAGE', '--out needs the detections: leave --wait 0 out');
  }
  const annotated = out === undefined ? null : await planAnnotatedFiles(images, out);
  const gateway = await openGateway(options);
  const run = new SubmitRun(gateway.client, options, gateway.config?.limits.pictureBytes ?? null);
  try {
    const frames = await run.submitAll(images, annotated);
    if (json) printJson(frames);
    if (run.failed) process.exitCode = EXIT_FAILED;
  } finally {
    await gateway.close();
  }
}

/** One run over all pictures: at most `AT_ONCE` under way, reported in the order in which they were named. */
class SubmitRun {
  failed = false;
  readonly #client: DeepThingsClient;
  readonly #options: SubmitOptions;
  readonly #pictureBytes: number | null;
  readonly #progress = new ProgressLine();
  #ended = 0;
  /** What several pictures wait for is said once. */
  #waitingFor: string | null = null;

  constructor(client: DeepThingsClient, options: SubmitOptions, pictureBytes: number | null) {
    this.#client = client;
    this.#options = options;
    this.#pictureBytes = pictureBytes;
  }

  /** @returns a frame for each image; null for one without. */
  async submitAll(images: readonly string[], annotated: readonly string[] | null): Promise<(Frame | null)[]> {
    const frames: Promise<Frame | null>[] = [];
    const underWay = new Set<Promise<unknown>>();
    let reported: Promise<void> = Promise.resolve();
    this.#showProgress(images.length);
    for (const [index, image] of images.entries()) {
      while (underWay.size >= AT_ONCE) await Promise.race(underWay);
      const attempt = this.#submit(image, annotated?.[index] ?? null);
      const ended = attempt.then(
        () => {},
        () => {},
      );
      underWay.add(ended);
      void ended.then(() => {
        underWay.delete(ended);
        this.#ended++;
        this.#showProgress(images.length);
      });
      const frame = reported.then(() => this.#report(image, attempt, annotated?.[index] ?? null));
      reported = frame.then(() => {});
      frames.push(frame);
    }
    const all = await Promise.all(frames);
    this.#progress.clear();
    return all;
  }

  async #submit(image: string, annotatedPath: string | null): Promise<Frame> {
    const { camera, members, queue, source, strategy, tag: tags, wait, within } = this.#options;
    const place = camera === undefined ? {} : { camera, queue };
    const body = await readPicture(pathArgument(image), this.#pictureBytes);
    const frame = await submitPatiently(this.#client, {
      ...{ body, query: { source, strategy, members, within, tags, ...place }, waitSeconds: wait },
      onWaiting: (reason, seconds) => this.#sayWaiting(reason, seconds),
    });
    if (annotatedPath !== null && frame.state === 'complete') {
      await writeAnnotated(this.#client, frame.id, annotatedPath);
    }
    return frame;
  }

  async #report(image: string, attempt: Promise<Frame>, annotatedPath: string | null): Promise<Frame | null> {
    const { json, wait } = this.#options;
    try {
      const frame = await attempt;
      this.#progress.clear();
      if (frame.state !== 'complete' && wait > 0) {
        this.#fail(image, `frame ${frame.id} has not ended within ${wait} s; ${this.#linkOf(frame)} will say more`);
      } else if (!json) {
        printFrame(image, frame, this.#linkOf(frame));
        if (annotatedPath !== null) printLine(`  picture with boxes: ${plainText(annotatedPath)}\n`);
      }
      return frame;
    } catch (error) {
      this.#progress.clear();
      this.#fail(image, explainFailure(error, this.#client.baseUrl));
      return null;
    }
  }

  #linkOf({ links }: Frame): string {
    return this.#client.baseUrl + links.self;
  }

  #sayWaiting(reason: WaitingReason | null, seconds: number): void {
    if (reason?.text === this.#waitingFor) return;
    this.#waitingFor = reason?.text ?? null;
    if (reason === null) return;
    this.#progress.clear();
    printNote(plainText(`${reason.text}; waiting (up to ${seconds} s)`));
  }

  #fail(image: string, reason: string): void {
    this.failed = true;
    printNote(`${errorMark()} ${plainText(image)}: ${reason}`);
  }

  #showProgress(total: number): void {
    if (this.#ended < total) this.#progress.show(`Looking at ${formatCount(total, 'picture')}: ${this.#ended} done`);
  }
}

function printFrame(image: string, frame: Frame, link: string): void {
  if (frame.state !== 'complete') {
    printLine(`${plainText(image)}: frame ${frame.id} is ${frame.state}: ${link}`);
    return;
  }
  printLine(paint(process.stdout, 'bold', frameSummary(image, frame)));
  const table = resultTable(frame);
  printLine(table === '' ? '' : `\n${table}\n`);
}
