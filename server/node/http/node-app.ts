import type { Server as HttpServer } from 'node:http';
import fastifySseModule from '@fastify/sse';
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyServerFactory,
  LogController,
  type preValidationHookHandler,
  type RouteHandlerMethod,
} from 'fastify';
import type { OperationId } from '../../../client/client.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { takeBodies } from '../bodies/bodies.js';
import { sendDigests } from '../bodies/body-digests.js';
import { type ClusterPlan, largestTensorBody } from '../cluster-plan.js';
import { contractOperations, readContract } from '../contract/contract.js';
import { contractRoutes } from '../contract/contract-routes.js';
import { missingOperation, type NodeRole, type OperationHandlers } from '../contract/operations.js';
import { splitLists } from '../contract/query-lists.js';
import { compileInTurns, SCHEMA_COMPILERS } from '../contract/schema-compilers.js';
import { type Logger, withoutSecrets } from '../observe/logger.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { declaredHosts } from '../peers/declared-address.js';
import { HttpProblem, problemOf } from '../problems/problem.js';
import { answerWithProblems, refuse } from '../problems/refusals.js';
import { noteTlsToHttp, type RefusedCallers } from '../problems/refused-callers.js';
import { addSecurityHeaders, sendSecurityHeaders } from '../problems/security-headers.js';
import type { TlsSource } from '../tls/node-tls.js';
import { TlsServers } from '../tls/tls-server.js';
import type { ClusterToken } from '../tokens.js';
import { authentication } from './authentication.js';
import { guardAgainstPages, guardEvents } from './browser-guard.js';
import { ClientErrors } from './client-errors.js';
import { compressAnswers } from './compressed-answers.js';
import { serveDocs } from './docs-pages.js';
import { EventTickets } from './event-tickets.js';
import { answerExpectations } from './expectations.js';
import type { ListenAddress } from './listen.js';

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
  /** Keeps who is refused. */
  readonly refused: RefusedCallers;
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

/** What a node's server is bound to by its configuration: how large bodies may be, and the names it answers to. */
export function appOptions(
  config: ClusterConfig,
  clusterPlan: ClusterPlan,
  at: ListenAddress,
): Pick<NodeAppOptions, 'pictureBytes' | 'tensorBytes' | 'hosts'> {
  return {
    pictureBytes: config.limits.pictureBytes,
    tensorBytes: largestTensorBody(clusterPlan, config.limits.pictureBytes),
    hosts: [at.host, ...declaredHosts(config)],
  };
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

/** Its types describe an ES module where the package is a CommonJS one. */
const fastifySse = fastifySseModule as unknown as FastifyPluginAsync<{ heartbeatInterval: number }>;

/** Once a process, so that each schema is compiled once for all nodes in it. */
const ROUTES = contractRoutes(readContract());

/** No request line is longer: what a parameter may be, the contract says, and that is asked after the token. */
const LONGEST_PATH = 16 * 1024;

/**
 * The HTTP shell of a node, the same in each role: routes and validation from `openapi.yaml`, problems, the token,
 * the browsable contract. It does not listen yet.
 */
export async function createNodeApp(options: NodeAppOptions): Promise<FastifyInstance> {
  const { metrics, tls } = options;
  const log = withoutSecrets(options.log);
  const bounds = { ...HTTP_BOUNDS, ...options.bounds };
  const http = {
    requireHostHeader: false,
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: bounds.checkMs,
  };
  const clientErrors = new ClientErrors(metrics);
  const { refused } = options;
  const secured = tls === null ? null : new TlsServers({ tls, http, handshakeMs: bounds.headersMs, metrics, refused });
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // A request of its own log would say no more than the number that Fastify gives it.
    childLoggerFactory: (logger) => logger,
    schemaController: SCHEMA_COMPILERS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_PATH, ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => void refuse(addSecurityHeaders(reply), problemOf(error), metrics),
    clientErrorHandler: (error, socket) => {
      noteTlsToHttp(error, socket, refused);
      clientErrors.answer(error, socket);
    },
    // These two it sets itself on a server that it makes itself.
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    ...(secured === null ? { http } : { serverFactory: serverFactoryOf(secured) }),
  }) as unknown as FastifyInstance;
  app.server.maxConnections = bounds.connections;
  app.server.on('drop', () => metrics.refused.inc({ code: 'DT_CONNECTIONS' }));
  app.server.on(secured === null ? 'connection' : 'secureConnection', (socket) => metrics.traffic.watch(socket));
  if (secured !== null) renewConnections(app, secured);
  clientErrors.watch(app);
  sendSecurityHeaders(app);
  answerWithProblems(app, metrics);
  answerExpectations(app);
  requireHost(app);
  sendDigests(app);
  compressAnswers(app);
  if (options.token === null) guardAgainstPages(app, options.hosts);
  guardEvents(app);

  const tickets = new EventTickets(() => performance.now());
  await app.register(authentication, {
    token: options.token,
    isTicket: (text) => tickets.isValid(text),
    isOpen: openPaths(options.openPaths ?? (() => false)),
    onRefused: (caller) => refused.note(caller),
  });
  takeBodies(app, options, metrics);
  await app.register(fastifySse, { heartbeatInterval: 15_000 });
  serveDocs(app, { log, metrics });
  countAnswers(app, metrics);
  const handlers: OperationHandlers = {
    ...options.handlers,
    createEventTicket: async (_request, reply) =>
      reply.code(201).header('cache-control', 'no-store').send(tickets.issue()),
  };
  for (const { operationId, method, url, schema, lists, isWork } of ROUTES) {
    const config = { isWork, operationId };
    app.route({
      method,
      url,
      schema,
      config,
      ...(lists.length > 0 && { preValidation: listsOf(lists) }),
      ...(routeOptions({ ...options, handlers }, operationId) as { handler: RouteHandlerMethod }),
    });
  }
  const served = ROUTES.filter(({ operationId }) => handlers[operationId] !== undefined);
  app.addHook('onListen', () => {
    const schemas = served.map(({ schema }) => schema);
    compileInTurns(schemas, () => app.server.listening).catch((error) => log.error({ err: error }, 'schemas'));
  });
  return app;
}

/** Fastify's types have it make HTTP servers only; what it asks of one, an HTTPS server has as well. */
function serverFactoryOf(secured: TlsServers): FastifyServerFactory {
  return (handler) => secured.create(handler) as unknown as HttpServer;
}

/** A connection that was made with certificates of before serves one more request: its client then makes a new one. */
function renewConnections(app: FastifyInstance, secured: TlsServers): void {
  app.addHook('onRequest', ({ raw }, reply, done) => {
    if (secured.isOutdated(raw.socket)) reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', async () => secured.closeUnfinished());
}

/** Bodies of answers to people and programs; what nodes say to each other is counted where it is read and written. */
function countAnswers(app: FastifyInstance, { bytesSent }: NodeMetrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (!request.routeOptions.config.isWork) {
      const bytes = Number(reply.getHeader('content-length') ?? 0);
      if (bytes > 0) bytesSent.inc({ kind: 'client' }, bytes);
    }
    done();
  });
}

function listsOf(lists: readonly string[]): preValidationHookHandler {
  return (request, _reply, done) => {
    splitLists(request.query as Record<string, unknown>, lists);
    done();
  };
}

function routeOptions({ role, handlers }: Pick<NodeAppOptions, 'role' | 'handlers'>, operation: OperationId) {
  const handler = handlers[operation] ?? missingOperation(operation, role);
  // Whoever asks for events gets them, whatever else it would accept; a HEAD of them would never end.
  return operation === 'getEvents' ? { handler, sse: { kind: 'manual' }, exposeHeadRoute: false } : { handler };
}

const HOST = 'host';

/** Servers are told to let requests without a host through, to have them refused with a problem (RFC 9112, 3.2). */
function requireHost(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw: { headers, httpVersion, rawHeaders } }, _reply, done) => {
    let hosts = 0;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]!;
      if (name.length === HOST.length && name.toLowerCase() === HOST) hosts++;
    }
    if (hosts > 1) throw new HttpProblem({ code: 'DT_REQUEST', status: 400 }, `expected one host header, got ${hosts}`);
    if (httpVersion !== '1.1' || headers.host !== undefined) return done();
    throw new HttpProblem({ code: 'DT_REQUEST', status: 400 }, 'expected a host header');
  });
}

/** Health and the contract say nothing of this cluster. */
function openPaths(others: (path: string) => boolean): (path: string) => boolean {
  const operations = contractOperations(readContract()).filter(({ operation }) => operation.security?.length === 0);
  const open = new Set(operations.map(({ path }) => path));
  return (path) => open.has(path) || path === '/docs' || path.startsWith('/docs/') || others(path);
}
