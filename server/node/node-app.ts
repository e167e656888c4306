import type { Server as HttpServer } from 'node:http';
import fastifyMultipart from '@fastify/multipart';
import fastifySseModule from '@fastify/sse';
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
  LogController,
  type RouteHandlerMethod,
} from 'fastify';
import type { OperationId } from '../../client/client.js';
import { authentication } from './authentication.js';
import { guardBodies } from './body-digests.js';
import { bodyCheck } from './body-types.js';
import { guardAgainstPages } from './browser-guard.js';
import { contractOperations, readContract } from './contract.js';
import { contractRoutes } from './contract-routes.js';
import { serveDocs } from './docs-pages.js';
import { type Logger, withoutSecrets } from './logger.js';
import type { NodeMetrics } from './metrics.js';
import type { TlsSource } from './node-tls.js';
import { missingOperation, type NodeRole, type OperationHandlers } from './operations.js';
import { problemOf } from './problem.js';
import { answerClientError, answerUnroutable, answerWithProblems, refuse } from './refusals.js';
import { SCHEMA_COMPILERS } from './schema-compilers.js';
import { addSecurityHeaders, sendSecurityHeaders } from './security-headers.js';
import { TlsServers } from './tls-server.js';
import type { ClusterToken } from './tokens.js';
import { UploadBudget } from './upload-budget.js';

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
  readonly token: ClusterToken | null;
  /** Null: it speaks http. */
  readonly tls: TlsSource | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** Bound on a submitted picture. */
  readonly pictureBytes: number;
  /** Bound on a body with tensors. */
  readonly tensorBytes: number;
  /** Paths served besides the contract's, for which no token is asked (the dashboard's files). */
  readonly openPaths?: (path: string) => boolean;
  /** Names besides the loopback's that the node is reached by. */
  readonly hosts: readonly string[];
  /** In place of `HTTP_BOUNDS`, to be tested. */
  readonly bounds?: Partial<HttpBounds>;
}

/** What a client may take of the node before anything of its request is known. */
export interface HttpBounds {
  /** Until the path and the headers are there. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** How often the two are looked at. */
  readonly checkMs: number;
  /** Open at once; more are closed as they come. A node of the largest cluster makes 16 to each other. */
  readonly connections: number;
}

// Long polls and waits for detections are held by their handlers; a client that sends nothing is not.
const HTTP_BOUNDS: HttpBounds = { headersMs: 10_000, requestMs: 60_000, checkMs: 5_000, connections: 2_048 };

/** Longer than clients keep a connection that nothing goes over. */
const KEEP_ALIVE_MS = 72_000;

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
  const { metrics, pictureBytes, tls } = options;
  const log = withoutSecrets(options.log);
  const bounds = { ...HTTP_BOUNDS, ...options.bounds };
  const http = {
    requireHostHeader: false,
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: bounds.checkMs,
  };
  const secured = tls === null ? null : new TlsServers({ tls, http, handshakeMs: bounds.headersMs, log, metrics });
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: SCHEMA_COMPILERS,
    forceCloseConnections: true,
    bodyLimit: JSON_BYTES,
    routerOptions: { maxParamLength: LONGEST_PATH },
    frameworkErrors: (error, _request, reply) => void refuse(addSecurityHeaders(reply), problemOf(error), metrics),
    clientErrorHandler: answerClientError,
    // These two it sets itself on a server that it makes itself.
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    ...(secured === null ? { http } : { serverFactory: serverFactoryOf(secured) }),
  }) as unknown as FastifyInstance;
  app.server.maxConnections = bounds.connections;
  app.server.on('drop', () => metrics.refused.inc({ code: 'DT_CONNECTIONS' }));
  app.server.on(secured === null ? 'connection' : 'secureConnection', (socket) => metrics.traffic.watch(socket));
  if (secured !== null) renewConnections(app, secured);
  answerWithProblems(app, metrics);
  answerUnroutable(app, metrics);
  sendSecurityHeaders(app);
  if (options.token === null) guardAgainstPages(app, options.hosts);
  guardBodies(app, options, metrics);

  await app.register(authentication, {
    token: options.token,
    isOpen: openPaths(options.openPaths ?? (() => false)),
  });
  await app.register(fastifyMultipart, {
    limits: { fileSize: pictureBytes, files: 1, fields: 8, fieldSize: 1024, parts: 9 },
  });
  await app.register(fastifySse, { heartbeatInterval: 15_000 });
  serveDocs(app, { log, metrics });
  countAnswers(app, metrics);
  const uploads = new UploadBudget(pictureBytes + MULTIPART_OVERHEAD_BYTES);
  metrics.holds('bytes of uploads', () => uploads.reserved);
  for (const { operationId, method, url, schema, isWork } of contractRoutes(readContract())) {
    const config = { isWork, operationId };
    app.route({
      method,
      url,
      schema,
      config,
      ...(routeOptions(options, operationId, uploads) as { handler: RouteHandlerMethod }),
    });
  }
  return app;
}

/** Fastify's types have it make HTTP servers only; what it asks of one, an HTTPS server has as well. */
function serverFactoryOf(secured: TlsServers): FastifyServerFactory {
  return (handler) => secured.create(handler) as unknown as HttpServer;
}

/** A connection that was made with certificates of before serves one more request: its client then makes a new one. */
function renewConnections(app: FastifyInstance, secured: TlsServers): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    if (secured.isOutdated(raw.socket)) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => secured.closeUnfinished());
}

/** Bodies of answers to people and programs; what nodes say to each other is counted where it is read and written. */
function countAnswers(app: FastifyInstance, { bytesSent }: NodeMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const bytes = Number(reply.getHeader('content-length') ?? 0);
    if (!request.routeOptions.config.isWork && bytes > 0) bytesSent.inc({ kind: 'client' }, bytes);
  });
}

function routeOptions({ role, handlers, pictureBytes }: NodeAppOptions, operation: OperationId, uploads: UploadBudget) {
  const handler = handlers[operation] ?? missingOperation(operation, role);
  // Whoever asks for events gets them, whatever else it would accept; a HEAD of them would never end.
  if (operation === 'getEvents') return { handler, sse: { kind: 'manual' }, exposeHeadRoute: false };
  const checkBody = bodyCheck(operation);
  if (checkBody === null) return { handler };
  if (operation !== 'submitFrame') return { handler, onRequest: checkBody };
  const reserve = async (request: FastifyRequest, reply: FastifyReply) => uploads.reserve(request, reply);
  return { handler, onRequest: [checkBody, reserve], bodyLimit: pictureBytes + MULTIPART_OVERHEAD_BYTES };
}

/** Health and the contract say nothing of this cluster. */
function openPaths(others: (path: string) => boolean): (path: string) => boolean {
  const open = contractOperations(readContract())
    .filter(({ operation }) => operation.security?.length === 0)
    .map(({ path }) => path);
  return (path) => open.includes(path) || path === '/docs' || path.startsWith('/docs/') || others(path);
}
