import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, cutLength, flipBit, passedHeaders } from './bodies.js';

const bodies = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('what is done to a body', () => {
  it('cut: something of it is missing, if there was anything', () => {
    fc.assert(
      fc.property(fc.nat(10_000), share, (length, random) => {
        const cut = cutLength(length, random);
        expect(cut).toBeGreaterThanOrEqual(0);
        if (length > 0) expect(cut).toBeLessThan(length);
      }),
    );
  });

  it('flipped: exactly one bit differs, in a copy', () => {
    fc.assert(
      fc.property(bodies, share, (body, random) => {
        const before = Buffer.from(body);
        const flipped = flipBit(body, random);
        expect(body.equals(before)).toBe(true);
        expect(flipped.length).toBe(body.length);
        let bits = 0;
        for (const [i, byte] of flipped.entries()) bits += (byte ^ body[i]!).toString(2).replaceAll('0', '').length;
        expect(bits).toBe(body.length === 0 ? 0 : 1);
      }),
    );
  });

  it('in pieces: they are the body again', () => {
    fc.assert(
      fc.property(bodies, fc.double({ min: 0.1, max: 64, noNaN: true }), (body, size) => {
        const chunks = chunksOf(body, size);
        expect(Buffer.concat(chunks).equals(body)).toBe(true);
        for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(Math.max(1, size));
      }),
    );
  });
});

describe('headers that are passed on', () => {
  const headers = { host: 'x', connection: 'keep-alive', 'transfer-encoding': 'chunked', 'content-type': 'a/b' };

  it('are all but those between two neighbours', () => {
    expect(passedHeaders(headers, null)).toEqual({ host: 'x', 'transfer-encoding': 'chunked', 'content-type': 'a/b' });
  });

  it('say how long a body is that is sent as a whole', () => {
    expect(passedHeaders(headers, 7)).toEqual({ host: 'x', 'content-type': 'a/b', 'content-length': 7 });
    expect(passedHeaders({ host: 'x' }, 0)).toEqual({ host: 'x' });
    expect(passedHeaders({ 'content-length': '9' }, 0)).toEqual({ 'content-length': 0 });
  });
});
