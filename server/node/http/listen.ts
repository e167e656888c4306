import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { DeepThingsError } from '../../errors.js';
import { nameFailureText } from '../peers/name-failure.js';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * The token that nodes of this cluster show each other.
 *
 * @throws DeepThingsError `DT_TOKEN_MISSING` when the node would listen beyond loopback without one.
 */
export function requireToken<Token>(host: string, token: Token | null): Token | null {
  if (token !== null || isLoopback(host)) return token;
  throw new DeepThingsError(
    'DT_TOKEN_MISSING',
    `refusing to listen on ${host}, which other machines can reach, without a token: make one with ` +
      '"deepthings token" and set DEEPTHINGS_TOKEN to it on every node, or listen on 127.0.0.1',
  );
}

/**
 * Listens, and says which port it got.
 *
 * @throws DeepThingsError `DT_PORT_TAKEN`, `DT_LISTEN`
 */
export async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<number> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `Server listening at ${asServed(app, address)}` });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const detail =
      code === 'EADDRINUSE'
        ? `port ${port} on ${host} is in use: stop the program that has it, or give this node another port`
        : (nameFailureText(cause, `http://${host}:${port}`) ??
          `cannot listen on ${host}:${port}: ${(cause as Error).message}`);
    throw new DeepThingsError(code === 'EADDRINUSE' ? 'DT_PORT_TAKEN' : 'DT_LISTEN', detail, { cause });
  }
  return (app.server.address() as AddressInfo).port;
}

/** Fastify takes every server that it has not made itself for one of http. */
function asServed({ server }: FastifyInstance, address: string): string {
  return server instanceof HttpsServer ? address.replace(/^http:/, 'https:') : address;
}
