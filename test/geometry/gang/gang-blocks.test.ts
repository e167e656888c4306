import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bandsOf, memberCount } from '../../../server/geometry/gang/bands.js';
import { gangBlocks, type OwedBody } from '../../../server/geometry/gang/gang-blocks.js';
import { planGang } from '../../../server/geometry/gang/gang-plan.js';
import { tileable } from '../../../server/graph/cuts.js';
import { genes, grow } from '../../compute/arbitrary-graphs.js';
import { propertyRuns } from '../../support/property-runs.js';

it('has each owed strip travel once, as both members agree on, whatever the graph, the stages and the shares', () => {
  const seen = { send: 0, exchange: 0 };
  const shares = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  const choice = fc.record({
    codes: genes,
    height: fc.integer({ min: 3, max: 17 }),
    rows: shares,
    columns: fc.oneof(fc.constant([1]), shares),
    ends: fc.array(fc.nat(12), { maxLength: 6 }),
    everySegment: fc.boolean(),
  });
  fc.assert(
    fc.property(choice, ({ codes, columns, ends, everySegment, height, rows }) => {
      const graph = grow([1, 4, height, 9], codes, 1);
      fc.pre(tileable(graph).cuts.length > 0);
      const plan = planGang(graph, ({ segments }) =>
        everySegment ? segments.map((_, i) => i + 1) : [...new Set(ends)].sort((a, b) => a - b),
      );
      const bands = bandsOf(rows, columns);
      const members = gangBlocks(plan, bands);
      const bodyOf = (from: number, to: number, stage: number): OwedBody | undefined =>
        members[from]!.stages[stage]!.bodies.find((body) => body.to === to);
      for (let from = 0; from < memberCount(bands); from++) {
        for (const [stage, { bodies, owed }] of members[from]!.stages.entries()) {
          expect(bodies.map(({ to }) => to)).toEqual([...new Set(owed.map(({ to }) => to))]);
          for (const { before, to, way } of bodies) {
            seen[way]++;
            const back = bodyOf(to, from, stage);
            expect([way, back?.way]).toEqual(back === undefined ? ['send', undefined] : ['exchange', 'exchange']);
            const reader = members[to]!.stages.findIndex(({ due }) => {
              return due.some((body) => body.from === from && body.stage === stage);
            });
            expect(before).toBe(reader);
            expect(before).toBeGreaterThan(stage);
          }
        }
      }
    }),
    { numRuns: propertyRuns(400) },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});
