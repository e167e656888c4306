import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { annotatePicture } from '../../imaging/annotate/annotate.js';
import { shrinkPicture } from '../../imaging/shrink.js';
import { plainPicture, readPictureBody } from '../../node/bodies/picture-body.js';
import type { OperationHandlers, OperationRequest } from '../../node/contract/operations.js';
import { frameProblem, HttpProblem, parameterProblem } from '../../node/problems/problem.js';
import { cutInputBody } from '../../node/wire/input-body.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import type { QueuePolicy } from '../../scheduling/policy/waiting-order.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import { encodeSafetensors } from '../../tensor/safetensors.js';
import type { FrameFinisher } from '../dispatch/frame-finisher.js';
import { documentOf, type FrameStore, isEnded, type KnownFrame } from '../frames/frame-store.js';
import type { GatewayFrames } from '../frames/gateway-frames.js';
import type { GatewayIntake } from '../intake/gateway-intake.js';
import { keyOf } from '../intake/submission-keys.js';

export interface FrameHandlerParts {
  /** Of frames that name none. */
  readonly strategy: StrategyName;
  /** Of frames that name their camera and no queue. */
  readonly cameraQueue: QueuePolicy;
  readonly wirePlan: WirePlan;
  readonly frames: GatewayFrames;
  readonly intake: GatewayIntake;
  readonly finisher: FrameFinisher;
  readonly nowMs: () => number;
}

const OCTETS = 'application/octet-stream';
/** A frame's picture never changes. Where it is not to be kept, browsers do not keep it either. */
const KEEP_AN_HOUR = 'private, max-age=3600, immutable';
const KEEP_NOT = 'no-store';

/** Frames, as people and programs see them. */
export function frameHandlers(parts: FrameHandlerParts): OperationHandlers {
  return { ...submission(parts), ...reading(parts), ...tensors(parts) };
}

function findFrame(store: FrameStore, id: string): KnownFrame {
  const frame = store.get(id);
  if (frame !== undefined) return frame;
  throw new HttpProblem('DT_FRAME_UNKNOWN', `the gateway has no frame ${id}; GET /frames lists what it keeps`);
}

/** @throws HttpProblem 400 for a text that has a time's shape and is none, such as February 30. */
function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw parameterProblem(name, `expected an ISO time such as 2026-11-23T09:30:00Z, got ${text}`);
}

/** @throws HttpProblem 400 when the newest frame is asked for, and the camera is not named. */
function queuePlace(query: Submitted['query'], usual: QueuePolicy) {
  const { camera = null, queue = camera === null ? 'all' : usual } = query;
  if (camera !== null || queue === 'all') return { camera, queue };
  throw parameterProblem('camera', 'expected with queue=latest: which camera the newest frame is of');
}

/** A submission, whichever operation it came by. */
interface Submitted {
  readonly query: Omit<NonNullable<OperationRequest<'submitFrame'>['query']>, 'source' | 'wait'>;
  readonly headers: IncomingHttpHeaders;
  /** Network address of the client. */
  readonly ip: string;
  /** @throws HttpProblem for a body that has no picture. */
  picture(): Uint8Array;
  readonly source: string | null;
  /** Whether the source sent it itself and has the picture. */
  readonly delivered: boolean;
  /** Seconds for which the answer is held. */
  readonly wait: number;
}

function submission(parts: FrameHandlerParts): OperationHandlers {
  const take = takesSubmissions(parts);
  return {
    submitFrame: (request, reply) => {
      const { source = null, wait = 0 } = request.query;
      const { headers, ip, query } = request;
      return take(
        { query, headers, ip, picture: () => readPictureBody(request), source, delivered: false, wait },
        reply,
      );
    },
    submitOwnFrame: (request, reply) => {
      const { headers, ip, query } = request;
      const picture = () => plainPicture(request);
      return take({ query, headers, ip, picture, source: request.params.device, delivered: true, wait: 0 }, reply);
    },
  };
}

function takesSubmissions({ cameraQueue, frames, intake, nowMs, strategy: usual }: FrameHandlerParts) {
  const { admission, drain } = intake;
  const { store } = frames;
  return async (submitted: Submitted, reply: FastifyReply) => {
    const { delivered, headers, ip, picture, query, source, wait } = submitted;
    const { members, output = true, strategy = usual, tags, within } = query;
    const place = queuePlace(query, cameraQueue);
    const key = headers['idempotency-key'];
    drain.underWay.enter(reply);
    const gone = clientGone(reply);
    const untilMs = nowMs() + wait * 1000;
    const { id, isReplay } = await drain.admit(async () => {
      const bytes = picture();
      return admission.accept({
        ...{ bytes, source, delivered, strategy, members, client: ip },
        withinMs: within,
        ...{
          ...place,
          tags,
          output,
          key: typeof key === 'string' ? keyOf(key) : null,
          askedStrategy: query.strategy ?? null,
        },
        wait: wait > 0 ? { untilMs, gone } : null,
      });
    });
    if (isReplay) reply.header('idempotency-replayed', 'true');
    const ended = wait > 0 ? await store.waitForEnd(id, Math.max(0, untilMs - nowMs()), gone) : null;
    if (ended?.failure) {
      throw frameProblem(id, ended.failure);
    }
    const document = ended ?? documentOf(findFrame(store, id));
    reply.header('location', document.links.self);
    return reply.code(ended === null ? 202 : 200).send(document);
  };
}

/** Aborted when the client hangs up before it has its answer. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** The path of a page of frames. */
function framesPath(query: NonNullable<OperationRequest<'listFrames'>['query']>): string {
  const given = Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]);
  return `/frames?${new URLSearchParams(given).toString()}`;
}

function reading({ finisher, frames }: FrameHandlerParts): OperationHandlers {
  const { store } = frames;
  const caching = store.keepsPictures ? KEEP_AN_HOUR : KEEP_NOT;
  return {
    listFrames: async (request) => {
      const { limit = 50, before, ...filter } = request.query;
      const { state: states, source, label, minScore, camera, tag, from, to } = filter;
      const times = { fromMs: timeOf('from', from), toMs: timeOf('to', to) };
      const found = store.list({ before, limit: limit + 1, states, source, label, minScore, camera, tag, ...times });
      const frames = found.slice(0, limit);
      const nextBefore = found.length > limit ? frames.at(-1)!.id : null;
      return { frames, next: nextBefore && framesPath({ ...filter, limit, before: nextBefore }), nextBefore };
    },
    getFrame: async (request) => documentOf(findFrame(store, request.params.frame)),
    deleteFrame: async (request, reply) => {
      const frame = findFrame(store, request.params.frame);
      const { id } = documentOf(frame);
      if (!isEnded(frame)) finisher.abort(frame, 'DT_FRAME_DELETED', 'the frame was deleted while it ran');
      await store.remove(id);
      return reply.code(204).send();
    },
    getFrameImage: async (request, reply) => {
      const frame = findFrame(store, request.params.frame);
      const bytes = await store.picture(frame);
      const { width } = request.query;
      if (width !== undefined) {
        const small = await shrinkPicture(bytes, width);
        return reply.type('image/jpeg').header('cache-control', caching).send(small);
      }
      return reply.type(documentOf(frame).picture.mediaType).header('cache-control', caching).send(bytes);
    },
    getFrameAnnotated: async (request, reply) => {
      const frame = findFrame(store, request.params.frame);
      const { id, state, classification, detections, failure } = documentOf(frame);
      if (state !== 'complete') {
        const why = failure === null ? 'has not ended yet' : `failed: ${failure.detail}`;
        throw new HttpProblem('DT_FRAME_NOT_COMPLETE', `there is nothing to draw: frame ${id} ${why}`);
      }
      const drawn = { classes: classification ?? [] };
      const jpeg = await annotatePicture(await store.picture(frame), detections ?? [], drawn);
      return reply.type('image/jpeg').header('cache-control', caching).send(jpeg);
    },
    getFrameTrace: async (request) => {
      const { frame: id } = request.params;
      const trace = await store.trace(findFrame(store, id));
      if (trace !== null) return trace;
      throw new HttpProblem('DT_TRACE_LOST', `the trace of frame ${id} is missing in the store, or damaged`);
    },
  };
}

function tensors({ frames, wirePlan }: FrameHandlerParts): OperationHandlers {
  const { inputOf, keptOutputs, store } = frames;
  const { plan } = wirePlan;
  return {
    getFrameInput: async (request, reply) => {
      const frame = findFrame(store, request.params.frame);
      const data = await inputOf(frame);
      const { id, inputDigest } = documentOf(frame);
      const digest = inputDigest ?? createHash('sha256').update(data).digest('hex');
      const picture = { frame: id, digest, data };
      return reply.type(OCTETS).send(cutInputBody(plan.maps[0]!, picture, request.query.region));
    },
    getFrameOutput: async (request, reply) => {
      const { id } = documentOf(findFrame(store, request.params.frame));
      const kept = keptOutputs.get(id);
      if (kept === undefined) {
        const detail = `the merged output of frame ${id} is not kept; limits.keptOutputs in cluster.yaml says how many are`;
        throw new HttpProblem('DT_OUTPUT_NOT_KEPT', detail);
      }
      const { mapNames, maps, outputs } = kept.stage;
      const tensors = outputs.map((map, output) => {
        const { channels, height, width } = maps[map]!;
        const tensor = { type: 'F32' as const, shape: [channels, height, width], data: kept.maps[output]! };
        return [mapNames[map]!, tensor] as const;
      });
      return reply.type(OCTETS).send(encodeSafetensors(Object.fromEntries(tensors), { frame: id }));
    },
  };
}
