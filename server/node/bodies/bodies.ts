import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TENSOR_TYPE } from '../../../client/body-digest.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { BodyBudget } from './body-budget.js';
import { requireWhole } from './body-digests.js';
import { readBody } from './body-reader.js';
import {
  type BodyKind,
  type BodyLimits,
  type BodyRule,
  bodyRule,
  FORM_OVERHEAD_BYTES,
  JSON_BYTES,
} from './body-rules.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The rule by which the request's body is read; null where the operation takes none. */
    bodyRule: BodyRule | null;
  }
}

/** Bodies of the largest size that may be arriving at once, of each kind. */
const LARGEST_AT_ONCE = 8;

/** Devices send each other results and tasks all the time, many of one host where a cluster runs on one machine. */
const LEAST_TENSOR_BYTES = 64 * 1024 * 1024;

/**
 * Has the application take bodies: judged by their headers before any of it is read, bounded by what arrives, and checked
 * against their digests. A request's `body` is then parsed JSON, or a `Buffer`.
 */
export function takeBodies(app: FastifyInstance, limits: BodyLimits, metrics: NodeMetrics): void {
  const budgets = budgetsOf(limits);
  metrics.holds('bytes of uploads', () => budgets.picture.held);
  metrics.holds('bytes of other bodies', () => budgets.json.held + budgets.tensors.held);
  app.decorateRequest('bodyRule', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const rule = ruleOf(request, limits);
    request.bodyRule = rule;
    // A type that is none is no reason to refuse a picture, but Fastify would.
    if (rule?.kind === 'picture') delete request.raw.headers['content-type'];
    done();
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  // Fastify keeps which parser a type has, but for those that only `*` has one for.
  app.addContentTypeParser([TENSOR_TYPE, '*'], (request, stream, done) => {
    const rule = request.bodyRule;
    if (rule === null) {
      stream.resume();
      done(null, undefined);
      return;
    }
    const source = { stream, client: request.ip };
    readBody(source, rule, budgets[rule.kind])
      .then((body) => {
        requireWhole(request, rule.kind, body, metrics);
        if (rule.kind === 'json') void parseJson(request, body.toString(), done);
        else done(null, body);
      })
      .catch(done);
  });
}

function ruleOf({ routeOptions, headers }: FastifyRequest, limits: BodyLimits): BodyRule | null {
  const { operationId } = routeOptions.config;
  return operationId === undefined ? null : bodyRule(operationId, headers, limits);
}

function budgetsOf({ pictureBytes, tensorBytes }: BodyLimits): Readonly<Record<BodyKind, BodyBudget>> {
  const nowMs = () => performance.now();
  const picture = new BodyBudget({
    what: 'pictures',
    limitBytes: LARGEST_AT_ONCE * (pictureBytes + FORM_OVERHEAD_BYTES),
    nowMs,
  });
  const tensors = Math.max(LEAST_TENSOR_BYTES, 2 * LARGEST_AT_ONCE * tensorBytes);
  return {
    picture,
    form: picture,
    json: new BodyBudget({ what: 'JSON bodies', limitBytes: LARGEST_AT_ONCE * JSON_BYTES, nowMs }),
    tensors: new BodyBudget({ what: 'tensors', limitBytes: tensors, nowMs }),
  };
}
