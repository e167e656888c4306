import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEVICE_ID, formatRegion, parseRegion, wireFacts } from '../../../server/node/wire/wire-facts.js';

const refusal = expect.objectContaining({ name: 'DeepThingsError', code: 'DT_TASK_BODY' });
const factsOf = (metadata: Record<string, string>) => wireFacts(metadata, 'DT_TASK_BODY');

describe('facts in a body', () => {
  it('are read as what they are', () => {
    const facts = factsOf({ device: 'e0', tile: '12', ms: '2.5', none: '0', small: '1e-7' });
    expect(facts.text('device', DEVICE_ID)).toBe('e0');
    expect(facts.whole('tile', 0, 24)).toBe(12);
    expect([facts.amount('ms'), facts.amount('none'), facts.amount('small')]).toEqual([2.5, 0, 1e-7]);
  });

  it.each(['', '-1', '1.5', '25', ' 1', '0x1', '1e1', '٣', '9'.repeat(17)])(
    'are no whole number up to 24: "%s"',
    (tile) => {
      expect(() => factsOf({ tile }).whole('tile', 0, 24)).toThrow(refusal);
    },
  );

  it.each(['', '-1', 'NaN', 'Infinity', '1e999', '0x1', '1,5', '.5', '1 '])('are no amount: "%s"', (ms) => {
    expect(() => factsOf({ ms }).amount('ms')).toThrow(refusal);
  });

  it.each(['', 'E0', '-e', 'e0\n', 'e'.repeat(33), '../../e0'])('are no device: "%s"', (device) => {
    expect(() => factsOf({ device }).text('device', DEVICE_ID)).toThrow(refusal);
  });

  it.each(['missing', 'toString', '__proto__', 'constructor'])('are not found where nobody put them: %s', (name) => {
    expect(() => factsOf({}).text(name, /./)).toThrow(refusal);
    expect(() => factsOf({}).whole(name, 0, 1)).toThrow(refusal);
    expect(() => factsOf({}).amount(name)).toThrow(refusal);
  });

  it('keep every amount that a device can measure', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (ms) => {
        expect(factsOf({ ms: String(ms) }).amount('ms')).toBe(ms + 0);
      }),
    );
  });
});

describe('a region as text', () => {
  it('is x0,y0,x1,y1', () => {
    expect(formatRegion({ x0: 1, y0: 2, x1: 5, y1: 9 })).toBe('1,2,5,9');
    expect(parseRegion('1,2,5,9')).toEqual({ x0: 1, y0: 2, x1: 5, y1: 9 });
  });

  it.each(['5,5,1,1', '0,0,0,1', '0,0,1,0', '1,0,1,1', 'a,b,c,d', '0,0', ''])(
    'is refused when it is empty or none: "%s"',
    (text) => {
      expect(() => parseRegion(text)).toThrow(expect.objectContaining({ code: 'DT_REGION' }));
    },
  );
});
