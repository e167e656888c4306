import { basename, extname, join } from 'node:path';
import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import type { PictureSource, SourcePicture } from '../../cameras/source-picture.js';
import { DeepThingsError, hasCode } from '../../errors.js';
import type { QueuePolicy } from '../../scheduling/policy/waiting-order.js';
import { type GatewayChoice, openGateway } from '../gateway/gateway-access.js';
import { makeFolder, writeAnnotated } from '../submit/annotated-files.js';
import { type Submission, submitPatiently } from '../submit/submit-patiently.js';
import type { WaitingReason } from '../submit/waiting-reason.js';
import { EXIT_FAILED } from '../terminal/exit-codes.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { Interruption } from '../up/interruption.js';
import { cameraName } from './camera-name.js';
import { chooseSource, type SourceOptions } from './choose-source.js';
import { FrameGate } from './frame-gate.js';
import { WatchReport } from './watch-report.js';

/** Flags that are absent are not set. */
type Flags = Pick<SourceOptions, 'once' | 'video' | 'recursive'>;

export interface WatchOptions
  extends GatewayChoice,
    Partial<Flags>,
    Omit<SourceOptions, keyof Flags | 'pictureBytes' | 'onUnreadable'> {
  readonly source?: string;
  readonly camera?: string;
  readonly tag?: string[];
  /** Of pictures that a newer one may replace. */
  readonly queue: QueuePolicy;
  /** Milliseconds. */
  readonly within?: number;
  readonly json?: boolean;
  readonly atOnce: number;
  /** Seconds. */
  readonly wait: number;
}

/** `deepthings watch`: sets the exit code to 1 when, with --once, a picture was refused, failed or took too long. */
export async function runWatch(named: string, options: WatchOptions): Promise<void> {
  const { annotated, once = false, recursive = false, video = false } = options;
  const interruption = new Interruption(() => {});
  const gateway = await openGateway(options);
  try {
    if (annotated !== undefined) await makeFolder('--annotated', annotated);
    let report: WatchReport | null = null;
    const { source, shown } = await chooseSource(named, {
      ...options,
      once,
      video,
      recursive,
      pictureBytes: gateway.config?.limits.pictureBytes ?? null,
      onUnreadable: (name, error) => report?.failure(name, error.message),
    });
    report = new WatchReport(shown, options.json ?? false);
    const camera = options.camera ?? cameraName(shown);
    await watch(gateway.client, source, report, { options: { ...options, camera }, once, signal: interruption.signal });
    if (once && report.failed > 0) process.exitCode = EXIT_FAILED;
  } finally {
    await gateway.close();
  }
}

interface Watching {
  readonly options: WatchOptions;
  readonly once: boolean;
  readonly signal: AbortSignal;
}

async function watch(
  client: DeepThingsClient,
  source: PictureSource,
  report: WatchReport,
  { options, once, signal }: Watching,
): Promise<void> {
  const gate: FrameGate = new FrameGate({
    atOnce: options.atOnce,
    handle: (picture, mayDrop) => handle(picture, mayDrop),
    onDropped: () => report.drop(),
    say: (text) => report.note(text),
  });
  const handle = async (picture: SourcePicture, mayDrop: boolean): Promise<'done' | 'later'> => {
    let hasSaid = false;
    const onWaiting = (reason: WaitingReason | null) => {
      report.cannotTake(reason !== null && reason.kind !== 'room');
      if (reason === null) return;
      hasSaid = true;
      gate.note(`${reason.text}; it is tried again`);
    };
    try {
      const { frame, path } = await submit(
        client,
        picture,
        { ...options, queue: mayDrop ? options.queue : 'all' },
        { onWaiting, signal },
      );
      report.cannotTake(false);
      gate.note('');
      if (frame.state === 'complete') report.result(picture.name, frame, path);
      else report.failure(picture.name, `frame ${frame.id} has not ended within ${options.wait} s`);
      return 'done';
    } catch (error) {
      if (signal.aborted) return 'later';
      if (hasCode(error, 'DT_FRAME_SUPERSEDED')) {
        report.cannotTake(false);
        report.drop();
        return 'done';
      }
      const reason = explainFailure(error, client.baseUrl);
      if (once || !isPassing(error)) {
        report.failure(picture.name, reason);
        return once && isPassing(error) ? 'later' : 'done';
      }
      report.cannotTake(!(error instanceof ProblemError && error.status === 429));
      if (!hasSaid) gate.note(`${reason}; it is tried again`);
      return 'later';
    }
  };
  try {
    await source.run(gate, signal);
    // After Ctrl-C nobody waits for what is under way; the gateway keeps its result.
    if (!signal.aborted) await gate.drain();
  } finally {
    report.end();
  }
}

async function submit(
  client: DeepThingsClient,
  { name, body }: SourcePicture,
  { annotated, camera, queue, source, tag: tags, wait, within }: WatchOptions,
  watching: Pick<Submission, 'onWaiting' | 'signal'>,
) {
  const frame: Schemas['Frame'] = await submitPatiently(client, {
    body,
    query: { source, camera, tags, queue, within },
    waitSeconds: wait,
    ...watching,
  });
  if (annotated === undefined || frame.state !== 'complete') return { frame, path: null };
  const stem = basename(name, extname(name)).replace(/[^\w.-]+/g, '-');
  const path = join(annotated, `${stem}-${frame.id}.jpg`);
  await writeAnnotated(client, frame.id, path);
  return { frame, path };
}

/** Whether the same picture may be taken a little later: the gateway is away, or has no room or no device. */
function isPassing(error: unknown): boolean {
  if (error instanceof ProblemError) return error.status === 429 || error.status === 503;
  return !(error instanceof DeepThingsError);
}
