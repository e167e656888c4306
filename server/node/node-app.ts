import fastifyMultipart from '@fastify/multipart';
import fastifySseModule from '@fastify/sse';
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
  type RouteHandlerMethod,
} from 'fastify';
import type { OperationId } from '../../client/client.js';
import { authentication } from './authentication.js';
import { guardBodies } from './body-digests.js';
import { bodyTypeCheck } from './body-types.js';
import { contractOperations, readContract } from './contract.js';
import { contractRoutes } from './contract-routes.js';
import { serveDocs } from './docs-pages.js';
import type { Logger } from './logger.js';
import type { NodeMetrics } from './metrics.js';
import { missingOperation, type NodeRole, type OperationHandlers } from './operations.js';
import { problemOf } from './problem.js';
import { answerClientError, answerUnroutable, answerWithProblems, refuse } from './refusals.js';
import { SCHEMA_COMPILERS } from './schema-compilers.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether it is what nodes say to each other. */
    readonly isWork?: boolean;
  }
}

export interface NodeAppOptions {
  readonly role: NodeRole;
  readonly handlers: OperationHandlers;
  /** Null: no token is asked for. */
  readonly token: string | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** Bound on a submitted picture. */
  readonly pictureBytes: number;
  /** Bound on a body with tensors. */
  readonly tensorBytes: number;
  /** Paths served besides the contract's, for which no token is asked (the dashboard's files). */
  readonly openPaths?: (path: string) => boolean;
}

/** A listed task takes some 70 bytes; a registration may list a plan's worth of them for each open frame. */
const JSON_BYTES = 8 * 1024 * 1024;

/** Room for a multipart body's boundaries and headers around the picture. */
const MULTIPART_OVERHEAD_BYTES = 64 * 1024;

/** Its types describe an ES module where the package is a CommonJS one. */
const fastifySse = fastifySseModule as unknown as FastifyPluginAsync<{ heartbeatInterval: number }>;

/** No request line is longer: what a parameter may be, the contract says, and that is asked after the token. */
const LONGEST_PATH = 16 * 1024;

/**
 * The HTTP shell of a node, the same in each role: routes and validation from `openapi.yaml`, problems, the token,
 * the browsable contract. It does not listen yet.
 */
export async function createNodeApp(options: NodeAppOptions): Promise<FastifyInstance> {
  const { log, pictureBytes } = options;
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: SCHEMA_COMPILERS,
    forceCloseConnections: true,
    bodyLimit: JSON_BYTES,
    routerOptions: { maxParamLength: LONGEST_PATH },
    frameworkErrors: (error, _request, reply) => void refuse(reply, problemOf(error), options.metrics),
    clientErrorHandler: answerClientError,
    http: { requireHostHeader: false },
    // Long polls and waits for detections are held by their handlers; a client that sends nothing is not.
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
  }) as unknown as FastifyInstance;
  app.server.on('connection', (socket) => options.metrics.traffic.watch(socket));
  answerWithProblems(app, options.metrics);
  answerUnroutable(app, options.metrics);

  guardBodies(app, options, options.metrics);

  await app.register(authentication, {
    token: options.token,
    isOpen: openPaths(options.openPaths ?? (() => false)),
  });
  await app.register(fastifyMultipart, {
    limits: { fileSize: pictureBytes, files: 1, fields: 8, fieldSize: 1024, parts: 9 },
  });
  await app.register(fastifySse, { heartbeatInterval: 15_000 });
  serveDocs(app, options);
  countAnswers(app, options.metrics);
  for (const { operationId, method, url, schema, isWork } of contractRoutes(readContract())) {
    const config = { isWork, operationId };
    app.route({
      method,
      url,
      schema,
      config,
      ...(routeOptions(options, operationId) as { handler: RouteHandlerMethod }),
    });
  }
  return app;
}

/** Bodies of answers to people and programs; what nodes say to each other is counted where it is read and written. */
function countAnswers(app: FastifyInstance, { bytesSent }: NodeMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const bytes = Number(reply.getHeader('content-length') ?? 0);
    if (!request.routeOptions.config.isWork && bytes > 0) bytesSent.inc({ kind: 'client' }, bytes);
  });
}

function routeOptions({ role, handlers, pictureBytes }: NodeAppOptions, operation: OperationId) {
  const handler = handlers[operation] ?? missingOperation(operation, role);
  // Whoever asks for events gets them, whatever else it would accept; a HEAD of them would never end.
  if (operation === 'getEvents') return { handler, sse: { kind: 'manual' }, exposeHeadRoute: false };
  const bodyTypes = bodyTypeCheck(operation);
  if (operation !== 'submitFrame') return { handler, ...bodyTypes };
  return { handler, ...bodyTypes, bodyLimit: pictureBytes + MULTIPART_OVERHEAD_BYTES };
}

/** Health and the contract say nothing of this cluster. */
function openPaths(others: (path: string) => boolean): (path: string) => boolean {
  const open = contractOperations(readContract())
    .filter(({ operation }) => operation.security?.length === 0)
    .map(({ path }) => path);
  return (path) => open.includes(path) || path === '/docs' || path.startsWith('/docs/') || others(path);
}
