import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../server/tensor/safetensors.js';
import { Draws } from '../chaos/draws.js';
import { mutatedBytes } from './byte-bodies.js';
import { mutatedJson, placesOf } from './json-bodies.js';
import { mutatedTensors, readHeader } from './tensor-bodies.js';

const NAMES = { devices: ['e0', 'e1'], frames: ['a-1'], epoch: 'a' };
const VALUE = { thief: 'e0', sequence: 1, avoid: ['e1', { a: null }] };
const TENSORS = Buffer.from(
  encodeSafetensors(
    { input: { type: 'U8', shape: [3, 2, 2], data: new Uint8Array(12) } },
    { frame: 'a-1', offers: '{}' },
  ),
);

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('bodies that are made of valid ones', () => {
  it('follow from the seed alone, and leave the valid one as it was', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const before = Buffer.from(TENSORS);
        expect(mutatedBytes(TENSORS, new Draws(seed)).equals(mutatedBytes(TENSORS, new Draws(seed)))).toBe(true);
        const tensors = () => mutatedTensors(TENSORS, new Draws(seed), NAMES);
        expect(tensors().equals(tensors())).toBe(true);
        expect(mutatedJson(VALUE, new Draws(seed))).toBe(mutatedJson(VALUE, new Draws(seed)));
        expect(TENSORS.equals(before)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('are of all kinds: the valid one, JSON that is another, and what is no JSON', () => {
    const texts = Array.from({ length: 400 }, (_, seed) => mutatedJson(VALUE, new Draws(seed)));
    const valid = JSON.stringify(VALUE);
    expect(texts).toContain(valid);
    expect(texts.filter((text) => text !== valid && isJson(text)).length).toBeGreaterThan(100);
    expect(texts.filter((text) => !isJson(text)).length).toBeGreaterThan(50);
    expect(texts.some((text) => text.includes('"__proto__"'))).toBe(true);
  });

  it('have tensors of wrong lengths, facts and types', () => {
    const bodies = Array.from({ length: 400 }, (_, seed) => mutatedTensors(TENSORS, new Draws(seed), NAMES));
    const headers = bodies.map((body) => readHeader(body)?.header);
    expect(headers.filter((header) => header === undefined).length).toBeGreaterThan(20);
    const other = (of: (header: { input?: { dtype?: unknown; shape?: unknown } }) => unknown, usual: string) =>
      headers.filter((header) => header?.input !== undefined && JSON.stringify(of(header as object)) !== usual).length;
    expect(other(({ input }) => input?.dtype, '"U8"')).toBeGreaterThan(5);
    expect(other(({ input }) => input?.shape, '[3,2,2]')).toBeGreaterThan(5);
    expect(
      headers.filter((header) => header !== undefined && header.__metadata__?.frame !== 'a-1').length,
    ).toBeGreaterThan(5);
  });
});

it('every place of a value is named, itself first', () => {
  expect(placesOf({ a: [1, { b: null }] })).toEqual([[], ['a'], ['a', '0'], ['a', '1'], ['a', '1', 'b']]);
});
