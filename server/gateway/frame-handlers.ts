import type { FastifyReply } from 'fastify';
import { annotatePicture } from '../imaging/annotate.js';
import { shrinkPicture } from '../imaging/shrink.js';
import type { RequestsUnderWay } from '../node/draining.js';
import { cutInputBody } from '../node/input-body.js';
import type { OperationHandlers } from '../node/operations.js';
import { readPictureBody } from '../node/picture-body.js';
import { HttpProblem } from '../node/problem.js';
import type { WirePlan } from '../node/task-body.js';
import type { Strategy } from '../scheduling/strategy.js';
import { encodeSafetensors } from '../tensor/safetensors.js';
import type { FrameDesk } from './frame-desk.js';
import type { FrameInputs } from './frame-inputs.js';
import { type FrameRecord, frameDocument } from './frame-record.js';
import type { FrameRunner } from './frame-runner.js';
import type { FrameStore } from './frame-store.js';
import type { GatewayDrain } from './gateway-drain.js';
import type { KeptOutputs } from './kept-outputs.js';
import type { LedgerKeeper } from './ledger-keeper.js';

export interface FrameHandlerParts {
  /** Of frames that name none. */
  readonly strategy: Strategy;
  readonly wirePlan: WirePlan;
  readonly desk: FrameDesk;
  readonly drain: GatewayDrain;
  readonly underWay: RequestsUnderWay;
  readonly store: FrameStore;
  readonly inputs: FrameInputs;
  readonly keptOutputs: KeptOutputs;
  readonly keeper: LedgerKeeper;
  readonly runner: FrameRunner;
}

const OCTETS = 'application/octet-stream';
/** A frame's picture never changes. */
const KEEP_AN_HOUR = 'private, max-age=3600, immutable';

/** Frames, as people and programs see them. */
export function frameHandlers(parts: FrameHandlerParts): OperationHandlers {
  return { ...submission(parts), ...reading(parts), ...tensors(parts) };
}

function findFrame(store: FrameStore, id: string): FrameRecord {
  const record = store.get(id);
  if (record !== undefined) return record;
  throw new HttpProblem(404, 'DT_FRAME_UNKNOWN', `the gateway has no frame ${id}; GET /frames lists what it keeps`);
}

/** @throws HttpProblem 400 for a text that has a time's shape and is none, such as February 30. */
function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new HttpProblem(400, 'DT_REQUEST', `expected in ${name} an ISO time such as 2026-11-23T09:30:00Z, got ${text}`);
}

function submission({ desk, drain, store, strategy: usual, underWay }: FrameHandlerParts): OperationHandlers {
  return {
    submitFrame: async (request, reply) => {
      const { source, strategy = usual, wait, deliver, frame } = request.query;
      if (frame !== undefined) {
        throw new HttpProblem(409, 'DT_FRAME_ALLOTTED', 'the gateway allots frame ids itself: leave "frame" out');
      }
      if (deliver === false && source === undefined) {
        throw new HttpProblem(400, 'DT_REQUEST', 'expected source with deliver=false');
      }
      underWay.enter(reply);
      const record = await drain.admit(async () => {
        const bytes = await readPictureBody(request);
        return desk.accept({
          bytes,
          source: source ?? null,
          delivered: deliver === false,
          strategy,
          client: request.ip,
        });
      });
      if (wait) await store.waitForEnd(record, wait * 1000, clientGone(reply));
      const document = frameDocument(record);
      if (record.end?.kind === 'failed' && wait) {
        const { code, detail } = record.end;
        throw new HttpProblem(500, code, `frame ${record.id} failed: ${detail}`);
      }
      reply.header('location', document.links.self);
      return reply.code(record.end === null ? 202 : 200).send(document);
    },
  };
}

/** Aborted when the client hangs up. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

function reading({ keeper, keptOutputs, runner, store }: FrameHandlerParts): OperationHandlers {
  return {
    listFrames: async (request) => {
      const { limit = 50, before, ...filter } = request.query;
      const { state, source, label, from, to } = filter;
      const times = { fromMs: timeOf('from', from), toMs: timeOf('to', to) };
      const records = store.list({ before, limit, state, source, label, ...times });
      const last = records.at(-1);
      const query = new URLSearchParams({ ...filter, limit: String(limit) });
      if (last !== undefined) query.set('before', last.id);
      const next = records.length < limit ? null : `/frames?${query.toString()}`;
      return { frames: records.map(frameDocument), next };
    },
    getFrame: async (request) => frameDocument(findFrame(store, request.params.frame)),
    deleteFrame: async (request, reply) => {
      const record = findFrame(store, request.params.frame);
      if (record.end === null) {
        keeper.apply({ kind: 'frame-ended', frame: record.id });
        runner.end(record, { kind: 'failed', code: 'DT_FRAME_DELETED', detail: 'the frame was deleted while it ran' });
      }
      store.remove(record);
      keptOutputs.drop(record.id);
      return reply.code(204).send();
    },
    getFrameImage: async (request, reply) => {
      const { picture } = findFrame(store, request.params.frame);
      const { width } = request.query;
      if (width !== undefined) {
        const small = await shrinkPicture(picture.bytes, width);
        return reply.type('image/jpeg').header('cache-control', KEEP_AN_HOUR).send(small);
      }
      return reply.type(picture.mediaType).header('cache-control', KEEP_AN_HOUR).send(picture.bytes);
    },
    getFrameAnnotated: async (request, reply) => {
      const { id, end, picture } = findFrame(store, request.params.frame);
      if (end?.kind !== 'complete') {
        const why = end === null ? 'has not ended yet' : `failed: ${end.detail}`;
        throw new HttpProblem(409, 'DT_FRAME_NOT_COMPLETE', `there is nothing to draw: frame ${id} ${why}`);
      }
      const jpeg = await annotatePicture(picture.bytes, end.detections ?? [], { classes: end.classification ?? [] });
      return reply.type('image/jpeg').header('cache-control', KEEP_AN_HOUR).send(jpeg);
    },
    getFrameTrace: async (request) => {
      const record = findFrame(store, request.params.frame);
      return {
        frame: record.id,
        source: record.source,
        strategy: record.strategy,
        createdAt: new Date(record.createdMs).toISOString(),
        ...record.trace.document(),
      };
    },
  };
}

function tensors({ inputs, keptOutputs, store, wirePlan }: FrameHandlerParts): OperationHandlers {
  const { plan } = wirePlan;
  return {
    getFrameInput: async (request, reply) => {
      const record = findFrame(store, request.params.frame);
      const data = await inputs.of(record);
      const picture = { frame: record.id, digest: record.inputDigest, data };
      return reply.type(OCTETS).send(cutInputBody(plan.maps[0]!, picture, request.query.region));
    },
    getFrameOutput: async (request, reply) => {
      const { id } = findFrame(store, request.params.frame);
      const data = keptOutputs.get(id);
      if (data === undefined) {
        const detail = `the merged output of frame ${id} is not kept; limits.keptOutputs in cluster.yaml says how many are`;
        throw new HttpProblem(404, 'DT_OUTPUT_NOT_KEPT', detail);
      }
      const { channels, height, width } = plan.maps[plan.depth]!;
      const output = { type: 'F32' as const, shape: [channels, height, width], data };
      return reply.type(OCTETS).send(encodeSafetensors({ output }, { frame: id }));
    },
  };
}
