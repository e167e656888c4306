import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningNode } from '../../server/node/running-node.js';
import { wireFacts } from '../../server/node/wire/wire-facts.js';
import { decodeSafetensors } from '../../server/tensor/safetensors.js';
import { problemLines, REQUIRED } from '../config/problem-lines.js';
import { pngOf } from '../imaging/png-chunks.js';
import { ask, refused } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

let cluster: TestCluster;
let gateway: RunningNode;
let jpeg: Buffer;

beforeAll(async () => {
  cluster = await startTestCluster({ yaml: SMALL, devices: 1 });
  gateway = cluster.gateway;
  jpeg = await smallPicture();
});
afterAll(() => cluster?.stop());

describe('a decompression bomb', () => {
  it('of a whole PNG that unpacks to 400 million pixels is refused by its header', async () => {
    const side = 20_000;
    const bomb = pngOf(side, side, deflateSync(Buffer.alloc(side * (side / 8 + 1))), { depth: 1, colour: 0 });
    expect(bomb.byteLength).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    await refused(gateway.address, 'submitFrame', { body: ['image/png', bomb] }, 413, 'DT_PICTURE_DIMENSIONS');
    // Unpacked to RGB it would take 1.2 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  it('of a WebP that promises 268 million pixels is refused', async () => {
    const side = 16_383 - 1;
    const chunk = Buffer.alloc(32);
    chunk[0] = 0x2f;
    chunk.writeUInt32LE((side | (side << 14)) >>> 0, 1);
    const webp = Buffer.concat([Buffer.from('RIFF....WEBPVP8L....'), chunk]);
    webp.writeUInt32LE(webp.length - 8, 4);
    webp.writeUInt32LE(chunk.length, 16);
    const reply = await ask(gateway.address, 'submitFrame', { body: ['image/webp', webp] });
    expect([413, 422]).toContain(reply.status);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['x-unknown', (bytes: Uint8Array) => Buffer.from(bytes)],
    ['gzip, identity', gzipSync],
  ])('as a body packed with %s is refused before it is read', async (encoding, pack) => {
    const headers = { 'content-encoding': encoding };
    const picture = { headers, body: ['image/jpeg', pack(jpeg)] as const };
    await refused(gateway.address, 'submitFrame', picture, 415, 'DT_CONTENT_ENCODING');
    const json = pack(Buffer.from('{"thief":"e0","sequence":1}'));
    await refused(
      gateway.address,
      'stealTask',
      { headers, body: ['application/json', json] },
      415,
      'DT_CONTENT_ENCODING',
    );
    const tensors = { headers, body: ['application/octet-stream', pack(Buffer.alloc(1000))] as const };
    await refused(gateway.address, 'postResult', tensors, 415, 'DT_CONTENT_ENCODING');
  });
});

describe('a body that reaches for prototypes', () => {
  const reached = () => ({}) as Record<string, unknown>;

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'by the key %s changes none and is not taken, in JSON',
    async (key) => {
      const value = key === 'constructor' ? { prototype: { polluted: 1 } } : { polluted: 1 };
      const text = `{"thief":"e0","sequence":1,${JSON.stringify(key)}:${JSON.stringify(value)}}`;
      await refused(gateway.address, 'stealTask', { body: ['application/json', text] }, 400, 'DT_REQUEST');
      expect(reached().polluted).toBeUndefined();
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'by the key %s is a mistake in cluster.yaml, wherever it stands',
    async (key) => {
      const pair = `${key}: { polluted: 1, prototype: { polluted: 1 } }`;
      const places = [
        `${REQUIRED}${pair}\n`,
        `${REQUIRED}limits: { ${pair} }\n`,
        `${REQUIRED}x: &a { ${pair} }\ny: *a\n`,
      ];
      for (const text of places) {
        const lines = await problemLines(text);
        expect(lines.length).toBeGreaterThan(0);
      }
      expect((await problemLines(places[0]!)).join('\n')).toContain(key);
      expect(reached().polluted).toBeUndefined();
    },
  );

  it('by its facts has none that it does not name itself', () => {
    const header = '{"__metadata__":{"__proto__":"x","constructor":"y"}}';
    const document = Buffer.alloc(8 + header.length);
    document.writeBigUInt64LE(BigInt(header.length));
    document.write(header, 8);
    const facts = wireFacts(decodeSafetensors(document).metadata, 'DT_TASK_BODY');
    for (const name of ['toString', 'polluted', 'hasOwnProperty']) {
      expect(() => facts.text(name, /./)).toThrow(expect.objectContaining({ code: 'DT_TASK_BODY' }));
    }
    expect(facts.text('constructor', /^y$/)).toBe('y');
    expect(reached().polluted).toBeUndefined();
  });

  it('by a query or a form has no effect', async () => {
    const query = '__proto__[polluted]=1&constructor=1';
    const reply = await ask(gateway.address, 'submitFrame', { query, form: { image: jpeg, __proto__x: 'x' } });
    expect([reply.status, reply.json().code]).toEqual([400, 'DT_REQUEST']);
    expect(reached().polluted).toBeUndefined();
  });
});
