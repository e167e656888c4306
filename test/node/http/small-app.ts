import { connect } from 'node:net';
import { OPERATIONS } from '../../../client/generated/operations.js';
import type { OperationHandlers } from '../../../server/node/contract/operations.js';
import { listen } from '../../../server/node/http/listen.js';
import { createNodeApp, type NodeAppOptions } from '../../../server/node/http/node-app.js';
import { createMetrics, type NodeMetrics } from '../../../server/node/observe/metrics.js';
import { RefusedCallers } from '../../../server/node/problems/refused-callers.js';
import { ANY_PORT, silent } from '../../support/test-cluster.js';

export interface SmallApp {
  readonly port: number;
  readonly metrics: NodeMetrics;
  stop(): Promise<void>;
}

/** A gateway's HTTP shell alone: operations without a handler of their own answer `{}`. */
export async function startSmallApp(
  handlers: OperationHandlers,
  options: Partial<NodeAppOptions> = {},
): Promise<SmallApp> {
  const others = Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, async () => ({})]));
  const metrics = createMetrics({ role: 'gateway', node: 'gateway' });
  const app = await createNodeApp({
    ...{ role: 'gateway', token: null, tls: null, log: silent, metrics, hosts: ['Gateway.lan'] },
    ...{ pictureBytes: 1024 * 1024, tensorBytes: 64 * 1024 },
    refused: new RefusedCallers({ log: silent, nowMs: () => 0 }),
    ...options,
    handlers: { ...others, ...handlers },
  });
  return { port: await listen(app, ANY_PORT), metrics, stop: async () => void (await app.close()) };
}

/** Sends bytes as they stand, and returns all that comes back until the node closes the connection. */
export function exchange(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
}

/** A connection that stays open: what was answered on it so far, and a wait for an answer that fits. */
export function converse(port: number, text: string | Buffer) {
  let answer = '';
  let look = () => {};
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    look();
  });
  socket.on('error', () => {});
  socket.on('close', () => look());
  const until = (holds: (answer: string) => boolean) =>
    new Promise<string>((resolve, reject) => {
      look = () => {
        if (holds(answer)) resolve(answer);
        else if (socket.destroyed) reject(new Error(`the connection was closed after ${JSON.stringify(answer)}`));
      };
      look();
    });
  return { socket, answer: () => answer, until };
}
