import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Normalise } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { bandsOf, memberCount } from '../../server/geometry/gang/bands.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { tileable } from '../../server/graph/cuts.js';
import { propertyRuns } from '../support/property-runs.js';
import { genes, grow } from './arbitrary-graphs.js';
import { randomPicture } from './arbitrary-networks.js';
import { runGang } from './gang.js';
import { runWhole } from './tiled-graph.js';

/** To between -0.5 and 0.5. */
const normalise: Normalise = (bytes) => Float32Array.from(bytes, (byte) => byte / 255 - 0.5);

describe('a gang', () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });

  it('gives what the whole graph gives, whatever the graph, the stages and the shares', async () => {
    let [strips, empty, several] = [0, 0, 0];
    const shares = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          codes: genes,
          height: fc.integer({ min: 3, max: 17 }),
          width: fc.integer({ min: 3, max: 17 }),
          rows: shares,
          columns: fc.oneof(fc.constant([1]), shares),
          ends: fc.array(fc.nat(12), { maxLength: 6 }),
          everySegment: fc.boolean(),
          seed: fc.nat(1_000),
        }),
        async ({ codes, columns, ends, everySegment, height, rows, seed, width }) => {
          const graph = grow([1, 4, height, width], codes, seed);
          fc.pre(tileable(graph).cuts.length > 0);
          const plan = planGang(graph, ({ segments }) =>
            everySegment ? segments.map((_, i) => i + 1) : [...new Set(ends)].sort((a, b) => a - b),
          );
          const bands = bandsOf(rows, columns);
          const picture = randomPicture(4 * height * width, seed);
          const gang = await runGang(engine, { plan, bands, picture, normalise });
          const right = await runWhole(engine, graph, plan.stage.values, normalise(picture, plan.stage.maps[0]!));
          strips += gang.strips;
          several += plan.ends.length > 1 && memberCount(bands) > 1 ? 1 : 0;
          empty += plan.stage.maps.some((map) => map.height < rows.length) ? 1 : 0;
          for (const [i, name] of plan.stage.values.entries()) {
            const difference = relativeDifference(gang.merged[i]!, right.get(name)!.data as Float32Array);
            expect(difference, name).toBeLessThanOrEqual(TOLERANCE.f32);
          }
        },
      ),
      { numRuns: propertyRuns(400) },
    );
    expect(strips).toBeGreaterThan(100);
    expect(several).toBeGreaterThan(20);
    expect(empty).toBeGreaterThan(5);
  });
});
