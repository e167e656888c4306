import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GATEWAY } from '../../dashboard/src/state/traffic.js';
import { layOutTopology, linkPath } from '../../dashboard/src/views/overview/topology-layout.js';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `e${index}`);

it('everything lies within the drawing, and nodes do not touch, from a phone to a wall', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 300, max: 2000 }), (count, width) => {
      const layout = layOutTopology(ids(count), width);
      const places = [...layout.devices.values()];
      for (const [index, { x, y }] of places.entries()) {
        expect(x - layout.nodeRadius).toBeGreaterThanOrEqual(0);
        expect(x + layout.nodeRadius).toBeLessThanOrEqual(width);
        expect(y + layout.nodeRadius).toBeLessThan(layout.height);
        if (index > 0) expect(x - places[index - 1]!.x).toBeGreaterThan(2 * layout.nodeRadius);
      }
      for (const from of ids(count)) {
        for (const to of ids(count)) {
          if (from === to) continue;
          expect(linkPath(layout, { kind: 'task', from, to })!.label.y).toBeLessThan(layout.height);
        }
      }
    }),
  );
});

it('links to nodes that are not drawn are none', () => {
  const layout = layOutTopology(ids(2), 600);
  expect(linkPath(layout, { kind: 'task', from: 'e0', to: 'e9' })).toBeNull();
  expect(linkPath(layout, { kind: 'result', from: 'e9', to: GATEWAY })).toBeNull();
});
