import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LayeredMap } from '../../../server/scheduling/layered-map.js';

const step = fc.record({
  key: fc.integer({ min: 0, max: 60 }).map(String),
  value: fc.nat(),
  kind: fc.constantFrom('set', 'set', 'set', 'set', 'delete'),
});

it('is a map like any other, and its copies leave it alone', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 40 }), (steps) => {
      let layered: ReadonlyMap<string, number> = new Map();
      let plain = new Map<string, number>();
      const earlier: [ReadonlyMap<string, number>, Map<string, number>][] = [];
      for (const changes of steps) {
        const copy = LayeredMap.copyOf(layered);
        const other = new Map(plain);
        for (const { key, kind, value } of changes) {
          if (kind === 'set') {
            copy.set(key, value);
            other.set(key, value);
          } else expect(copy.delete(key)).toBe(other.delete(key));
          expect(copy.get(key)).toBe(other.get(key));
          expect(copy.has(key)).toBe(other.has(key));
        }
        earlier.push([layered, plain]);
        layered = copy;
        plain = other;
      }
      for (const [map, wanted] of [...earlier, [layered, plain] as const]) {
        expect([...map]).toEqual([...wanted]);
        expect([...map.keys()]).toEqual([...wanted.keys()]);
        expect([...map.values()]).toEqual([...wanted.values()]);
        expect(map.size).toBe(wanted.size);
        const seen: [string, number][] = [];
        for (const [key, value] of map) seen.push([key, value]);
        expect(seen).toEqual([...wanted]);
      }
    }),
  );
});
