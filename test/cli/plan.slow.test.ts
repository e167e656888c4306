import { expect, test } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { planCost } from '../../server/geometry/plan-cost.js';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import { clusterFile, FACES, runCli } from './running-cli.js';

const plan = planGraph(builtInNetwork('face-detector').graph, 8, { rows: 3, columns: 3 });

test('plan --json is the plan of the geometry, and its cost', async () => {
  const { code, stdout, stderr } = await runCli(['plan', '--json', '-c', clusterFile(FACES)]);
  expect([code, stderr]).toEqual([0, '']);
  const { digest, stages, cost } = JSON.parse(stdout);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(stages).toHaveLength(1);
  const regions = (tile: { regions: unknown }) => tile.regions;
  expect(stages[0]).toMatchObject({ values: plan.stage.values, grid: { rows: 3, columns: 3 } });
  expect(stages[0].tiles.map(regions)).toEqual(JSON.parse(JSON.stringify(plan.tiles.map(regions))));
  expect(cost).toEqual(planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 }));
});

test('plan says the same to people', async () => {
  const { code, stdout } = await runCli(['plan', '-c', clusterFile(FACES)]);
  expect(code).toBe(0);
  expect(stdout).toContain('face-detector: fused up to layer 7 maxpool (64 % of the work), cut into 3x3 tiles');
  const { regions } = plan.tiles[4]!;
  const { x0, x1, y0, y1 } = regions[0]!;
  const lines = stdout.split('\n');
  expect(lines.find((line) => line.trim().startsWith('4 '))).toMatch(new RegExp(`${x0}:${x1} +${y0}:${y1} `));
  expect(lines.filter((line) => line.includes('MMAC'))).toHaveLength(plan.tiles.length + 1);
  expect(stdout).toMatch(/memory \(largest tile\) .* times/);
});

test('plan shows stages, blocks and expected times of gangs', async () => {
  const file = clusterFile(FACES.replace('ftp-wst-s', 'auto').replace(/^partition: .*\n/m, ''));
  const { code, stdout, stderr } = await runCli(['plan', '-c', file]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^face-detector: auto shares out \d+ % of the work in \d+ stages?; cluster test of /);
  expect(stdout).toMatch(/Blocks of 2 devices, in equal shares/);
  expect(stdout).toMatch(/^ +2 +\d+ ms +\d\.\d\d$/m);
  expect(stdout).toMatch(/cut into 3x3 tiles up to /);
  const { gang } = JSON.parse((await runCli(['plan', '--json', '-c', file])).stdout);
  expect(gang.predictedMs).toHaveLength(2);
});
