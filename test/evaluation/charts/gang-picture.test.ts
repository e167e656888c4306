import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadClusterConfig } from '../../../server/config/load.js';
import { gangPicture } from '../../../server/evaluation/charts/gang-picture.js';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { gangBlocks } from '../../../server/geometry/gang/gang-blocks.js';
import type { GangPlan } from '../../../server/geometry/gang/gang-plan.js';
import { planCluster } from '../../../server/node/cluster-plan.js';
import { wellFormed } from './well-formed.js';

const ROOT = join(import.meta.dirname, '../../..');
const MEMBERS = 3;

describe('the picture of one frame in a gang', () => {
  let plan: GangPlan;
  let svg: string;
  beforeAll(async () => {
    plan = (await planCluster(await loadClusterConfig(join(ROOT, 'cluster.yaml'), {}))).gang;
    svg = gangPicture(plan, MEMBERS);
  });

  it('is the one that is committed', () => {
    const committed = readFileSync(join(ROOT, 'docs/charts/one-frame-in-a-gang.svg'), 'utf8');
    expect(committed, 'run: npm run generate').toBe(svg);
  });

  it('is well formed', () => expect(wellFormed(svg)).toBeNull());

  it('has a column for the picture and each stage, and a strip for each that is owed of the maps shown', () => {
    expect(svg.match(/class="heading"/g)).toHaveLength(1 + plan.ends.length);
    const stages = gangBlocks(plan, bandsOf([1, 1, 1])).map(({ stages }) => stages);
    const owed = plan.ends.map((_, stage) => stages.flatMap((of) => of[stage]!.owed));
    const shown = owed.flatMap((strips) => strips.filter(({ map }) => map === strips[0]!.map));
    const blocks = MEMBERS * (1 + plan.ends.length);
    expect(svg.match(/<rect[^>]*class="fill-/g)).toHaveLength(blocks + shown.length);
  });
});
