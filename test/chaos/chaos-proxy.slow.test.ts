import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import type { Disturbance } from './actions.js';
import { ChaosProxy } from './chaos-proxy.js';
import { Draws } from './draws.js';

const BODY = Buffer.alloc(20_000, 'body');
const ANSWER = Buffer.alloc(30_000, 'answer');

/** What the node behind the proxy got: whole bodies, and how many requests broke off. */
const got: Buffer[] = [];
let broken = 0;
let proxy: ChaosProxy;
let address: string;
let end: (() => void) | undefined;
const node = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    broken++;
    return;
  }
  got.push(Buffer.concat(chunks));
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': ANSWER.length });
  response.end(ANSWER);
});

beforeAll(async () => {
  await once(node.listen(0, '127.0.0.1'), 'listening');
  proxy = new ChaosProxy({ host: '127.0.0.1', port: (node.address() as AddressInfo).port }, new Draws(1));
  const [port] = await freePorts(1);
  await proxy.listen(port!);
  address = `http://127.0.0.1:${port}`;
});
afterEach(() => {
  end?.();
  end = undefined;
  got.length = 0;
  broken = 0;
});
afterAll(async () => {
  await proxy.close();
  node.closeAllConnections();
  node.close();
});

async function post(path = '/results'): Promise<Buffer> {
  const answer = await fetch(address + path, { method: 'POST', body: BODY });
  return Buffer.from(await answer.arrayBuffer());
}

const disturb = (disturbance: Disturbance) => {
  end = proxy.disturb(disturbance, 1);
};

describe('the proxy before a node', () => {
  it('passes everything on as it is when nothing is to go wrong', async () => {
    expect(await post()).toEqual(ANSWER);
    expect(got).toEqual([BODY]);
  });

  it('ends a connection in the middle of a request', async () => {
    disturb({ kind: 'cut-request' });
    await expect(post()).rejects.toThrow();
    await waitUntil(() => broken === 1);
    expect(got).toEqual([]);
  });

  it('ends a connection in the middle of an answer', async () => {
    disturb({ kind: 'cut-response' });
    await expect(post()).rejects.toThrow();
    expect(got).toEqual([BODY]);
  });

  it('flips a bit of a request, but of no picture from outside', async () => {
    disturb({ kind: 'flip-request' });
    expect(await post()).toEqual(ANSWER);
    expect(got[0]).toHaveLength(BODY.length);
    expect(got[0]).not.toEqual(BODY);
    await post('/frames?wait=1');
    expect(got[1]).toEqual(BODY);
    await post('/frames?frame=a-1');
    expect(got[2]).not.toEqual(BODY);
  });

  it('flips a bit of an answer', async () => {
    disturb({ kind: 'flip-response' });
    const answer = await post();
    expect(answer).toHaveLength(ANSWER.length);
    expect(answer).not.toEqual(ANSWER);
  });

  it('sends a request twice, and answers once', async () => {
    disturb({ kind: 'duplicate', mostMs: 20 });
    expect(await post()).toEqual(ANSWER);
    await waitUntil(() => got.length === 2);
    expect(got).toEqual([BODY, BODY]);
  });

  it('holds requests until the disturbance ends', async () => {
    disturb({ kind: 'stall' });
    const before = proxy.met;
    const answer = post();
    await waitUntil(() => proxy.met === before + 1);
    expect(got).toEqual([]);
    end!();
    expect(await answer).toEqual(ANSWER);
  });

  it('lets bodies through slowly, or late, and whole', async () => {
    disturb({ kind: 'slow', bytesPerSecond: 500_000 });
    expect(await post()).toEqual(ANSWER);
    end!();
    disturb({ kind: 'delay', mostMs: 30 });
    expect(await post()).toEqual(ANSWER);
    expect(got).toEqual([BODY, BODY]);
  });

  it('resets connections', async () => {
    disturb({ kind: 'refuse' });
    await expect(post()).rejects.toThrow();
    expect(got).toEqual([]);
  });
});
