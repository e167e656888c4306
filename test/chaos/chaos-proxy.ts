import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from './actions.js';
import { chunksOf, cutLength, flipBit, passedHeaders } from './bodies.js';
import type { Draws } from './draws.js';

/** A disturbance while it lasts. */
export interface ActiveDisturbance {
  readonly disturbance: Disturbance;
  readonly share: number;
  readonly ended: Promise<void>;
}

/** Connections kept open to the node. */
const IDLE_SOCKETS = 8;
const IDLE_MS = 4_000;
const BODY_LIMIT = 256 * 2 ** 20;
const SLOW_STEP_MS = 20;

/**
 * Stands before one node: what is sent to the node's address goes through here, whole and at once unless something is
 * to go wrong with it.
 */
export class ChaosProxy {
  readonly #server: http.Server;
  readonly #agent = new http.Agent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS, timeout: IDLE_MS });
  readonly #target: { readonly host: string; readonly port: number };
  readonly #draws: Draws;
  readonly #active = new Set<ActiveDisturbance>();
  /** Requests that met a disturbance. */
  met = 0;
  /** Is told of each request that went through whole and undisturbed. */
  onPassed: ((request: http.IncomingMessage, body: Buffer) => void) | null = null;

  constructor(target: { readonly host: string; readonly port: number }, draws: Draws) {
    this.#target = target;
    this.#draws = draws;
    this.#server = http.createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000 });
    this.#server.on('request', (request, response) => {
      this.#handle(request, response).catch(() => request.socket.destroy());
    });
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** @returns what ends it. */
  disturb(disturbance: Disturbance, share: number): () => void {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const active = { disturbance, share, ended };
    this.#active.add(active);
    return () => {
      this.#active.delete(active);
      end();
    };
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const active = this.#meets(request);
    if (active === null) {
      this.#pass(request, response);
      return;
    }
    const { disturbance, ended } = active;
    this.met++;
    if (disturbance.kind === 'refuse') {
      request.socket.resetAndDestroy();
      return;
    }
    const body = await readBody(request);
    const random = this.#draws.share();
    switch (disturbance.kind) {
      case 'cut-request':
        await this.#cutRequest(request, body, random);
        return;
      case 'cut-response':
        await this.#forward(request, response, body, (answer) => cutAnswer(response, answer, random));
        return;
      case 'flip-request':
        await this.#forward(request, response, flipBit(body, random), (answer) => wholeAnswer(response, answer));
        return;
      case 'flip-response':
        await this.#forward(request, response, body, (answer) => {
          wholeAnswer(response, { ...answer, body: flipBit(answer.body, random) });
        });
        return;
      case 'slow': {
        const step = (disturbance.bytesPerSecond * SLOW_STEP_MS) / 1_000;
        await Promise.race([ended, sleep(chunksOf(body, step).length * SLOW_STEP_MS)]);
        await this.#forward(request, response, body, (answer) => slowAnswer(response, answer, step, ended));
        return;
      }
      case 'stall':
        await ended;
        await this.#forward(request, response, body, (answer) => wholeAnswer(response, answer));
        return;
      case 'delay':
        await sleep(random * disturbance.mostMs);
        await this.#forward(request, response, body, (answer) => wholeAnswer(response, answer));
        return;
      case 'duplicate': {
        const again = sleep(random * disturbance.mostMs).then(() => this.#send(request, body).catch(() => {}));
        await this.#forward(request, response, body, (answer) => wholeAnswer(response, answer));
        await again;
      }
    }
  }

  #meets({ method, url }: http.IncomingMessage): ActiveDisturbance | null {
    for (const active of this.#active) {
      if (!canMeet(active.disturbance, `${method} ${url}`)) continue;
      if (this.#draws.chance(active.share)) return active;
    }
    return null;
  }

  #options({ method, url, headers }: http.IncomingMessage, length: number | null): http.RequestOptions {
    return { ...this.#target, agent: this.#agent, method, path: url, headers: passedHeaders(headers, length) };
  }

  #pass(request: http.IncomingMessage, response: http.ServerResponse): void {
    const onward = http.request(this.#options(request, null));
    request.pipe(onward);
    if (this.onPassed !== null) this.#tell(request, this.onPassed);
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode!, passedHeaders(answer.headers, null));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
  }

  #tell(request: http.IncomingMessage, told: (request: http.IncomingMessage, body: Buffer) => void): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => told(request, Buffer.concat(chunks)));
  }

  /** Sends the request on; what comes back goes to `answered`. A client that hangs up meanwhile hangs up on the node. */
  async #forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: Buffer,
    answered: (answer: WholeAnswer) => void | Promise<void>,
  ): Promise<void> {
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    // The client may have gone while the request was held.
    if (request.socket.destroyed) hungUp.abort();
    await answered(await this.#send(request, body, hungUp.signal));
  }

  async #send(request: http.IncomingMessage, body: Buffer, signal?: AbortSignal): Promise<WholeAnswer> {
    const onward = http.request({ ...this.#options(request, body.length), signal });
    onward.end(body);
    const [answer] = (await once(onward, 'response')) as [http.IncomingMessage];
    return { status: answer.statusCode!, headers: answer.headers, body: await readBody(answer) };
  }

  /** The node gets the beginning of the request and then the end of the connection, as does the client. */
  async #cutRequest(request: http.IncomingMessage, body: Buffer, random: number): Promise<void> {
    const onward = http.request({ ...this.#options(request, body.length), agent: false });
    onward.on('error', () => {});
    await new Promise<void>((resolve) =>
      onward.write(body.subarray(0, cutLength(body.length, random)), () => resolve()),
    );
    await sleep(10);
    onward.destroy();
    request.socket.destroy();
  }
}

interface WholeAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Who posts a picture from outside cannot be told that a bit of it has changed on the way: it is another picture. Between
 * nodes the frame is named.
 */
function canMeet({ kind }: Disturbance, request: string): boolean {
  if (kind === 'flip-request' && request.startsWith('POST /frames')) return request.includes('frame=');
  return true;
}

async function readBody(message: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error('a body beyond all bounds');
  }
  return Buffer.concat(chunks);
}

function head(response: http.ServerResponse, { status, headers, body }: WholeAnswer): void {
  // An answer without a body, 204, has no length.
  response.writeHead(
    status,
    passedHeaders(headers, headers['content-length'] === undefined && body.length === 0 ? null : body.length),
  );
}

function wholeAnswer(response: http.ServerResponse, answer: WholeAnswer): void {
  head(response, answer);
  response.end(answer.body);
}

async function cutAnswer(response: http.ServerResponse, answer: WholeAnswer, random: number): Promise<void> {
  head(response, answer);
  response.flushHeaders();
  response.write(answer.body.subarray(0, cutLength(answer.body.length, random)));
  await sleep(10);
  response.destroy();
}

async function slowAnswer(
  response: http.ServerResponse,
  answer: WholeAnswer,
  step: number,
  ended: Promise<void>,
): Promise<void> {
  head(response, answer);
  for (const chunk of chunksOf(answer.body, step)) {
    response.write(chunk);
    await Promise.race([ended, sleep(SLOW_STEP_MS)]);
    if (response.destroyed) return;
  }
  response.end();
}
