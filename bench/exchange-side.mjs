// One side of bench/exchange.mjs: a device's client, or the bare client or server beside it.
import { createRequire } from 'node:module';
import Fastify from 'fastify';
import { Agent } from 'undici';
import { source } from './sources.mjs';

const [role, where] = process.argv.slice(2);
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
process.on('SIGTERM', () => process.exit());

/** Sends batches as the parent asks for them. */
function serveBatches(send) {
  process.on('message', async ({ messages, bytes }) => {
    const before = cpuMs();
    try {
      for (let i = 0; i < messages; i++) await send(bytes);
      process.send({ cpuMs: cpuMs() - before });
    } catch (error) {
      process.send({ error: `${error.message}: ${error.cause?.message ?? ''}` });
    }
  });
}

if (role === 'client') await deviceClient();
else if (role === 'bare-client') bareClient();
else await bareServer();

async function deviceClient() {
  const { createPeerClients } = await source('server/node/peers/peer-clients.ts');
  const { createMetrics } = await source('server/node/observe/metrics.ts');
  const { CALLS } = await source('server/node/contract/calls.ts');
  const { encodeGangStrips } = await source('server/node/wire/gang-strips.ts');
  const log = createRequire(import.meta.url)('pino')({ level: 'silent' });
  const nodes = [{ id: 'e0', address: where }];
  const metrics = createMetrics({ role: 'edge', node: 'e1' });
  const peers = createPeerClients({ self: 'e1', token: process.env.DEEPTHINGS_TOKEN, nodes, tls: null, metrics, log });
  // The face detector's picture, which is map 0 of every plan.
  const maps = [{ channels: 3, height: 416, width: 416 }];
  const strips = new Map();
  let sent = 0;
  serveBatches(async (bytes) => {
    const rows = Math.round(bytes / (maps[0].channels * maps[0].width * 4));
    const region = { x0: 0, x1: maps[0].width, y0: 0, y1: rows };
    const data = strips.get(rows) ?? new Float32Array(maps[0].channels * maps[0].width * rows).fill(0.7);
    strips.set(rows, data);
    // A later attempt each time: the device drops what it has of the one before.
    const query = { stage: 0, generation: Math.floor(sent / 1_000) + 1, attempt: (sent % 1_000) + 1 };
    sent++;
    const body = {
      mediaType: 'application/octet-stream',
      bytes: encodeGangStrips(maps, { strips: [{ map: 0, region, data }], sharedDigest: null }, 'f32'),
    };
    await peers.client(where).call(CALLS.gangStrips, { path: { frame: 'bench-1', tile: 1 }, query, body });
  });
}

function bareClient() {
  const agent = new Agent({ connections: 16 });
  const headers = { 'content-type': 'application/octet-stream' };
  serveBatches(async (bytes) => {
    const body = Buffer.allocUnsafeSlow(bytes).fill(7);
    const answer = await agent.request({ origin: where, path: '/overlap/bench-1/1', method: 'PUT', headers, body });
    await answer.body.arrayBuffer();
  });
}

async function bareServer() {
  const app = Fastify({ bodyLimit: 64 * 1024 * 1024 });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.get('/livez', async () => 'live');
  app.put('/overlap/:frame/:tile', async (_request, reply) => reply.code(204).send());
  await app.listen({ host: '127.0.0.1', port: Number(where) });
  process.on('message', () => process.send({ cpuMs: cpuMs() }));
}
