import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { peoplesContract } from '../contract/audience.js';
import { readContract } from '../contract/contract.js';
import { SCHEMA_COMPILERS } from '../contract/schema-compilers.js';
import type { Logger } from '../observe/logger.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { answerWithProblems } from '../problems/refusals.js';
import { DOCS_POLICY, sendSecurityHeaders } from '../problems/security-headers.js';
import { serveErrorsPage } from './errors-page.js';

export interface DocsOptions {
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** Of the server that the pages ask: seen from `/docs/json`, the node itself, whatever path a reverse proxy has it at. */
const NODE_SERVER = 'This node';

/**
 * The browsable contract at `/docs`, for people. An application of its own, made when somebody first looks: its
 * libraries would take each node a tenth of its start, and no node asks another for it.
 */
export function serveDocs(app: FastifyInstance, options: DocsOptions): void {
  let making: Promise<FastifyInstance> | undefined;
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    making ??= createDocs(options);
    const docs = await making;
    reply.hijack();
    docs.routing(request.raw, reply.raw);
  };
  // The page's links are relative to a path that ends in a slash: so they also hold below a reverse proxy's own path.
  app.get('/docs', async (request, reply) =>
    request.url.split('?', 1)[0]!.endsWith('/') ? serve(request, reply) : reply.redirect('docs/', 308),
  );
  serveErrorsPage(app);
  app.get('/docs/*', serve);
}

async function createDocs({ log, metrics }: DocsOptions): Promise<FastifyInstance> {
  const [{ default: fastifySwagger }, { default: fastifySwaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ]);
  const docs = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: SCHEMA_COMPILERS,
  }) as unknown as FastifyInstance;
  answerWithProblems(docs, metrics);
  sendSecurityHeaders(docs);
  // Swagger writes into the document that it is given.
  const document = { ...peoplesContract(readContract()), servers: [{ url: '..', description: NODE_SERVER }] };
  await docs.register(fastifySwagger, { mode: 'static', specification: { document: document as never } });
  await docs.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY });
  await docs.ready();
  return docs;
}
