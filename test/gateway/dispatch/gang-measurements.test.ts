import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeviceConfig } from '../../../server/config/cluster-config.js';
import { GangMeasurements } from '../../../server/gateway/dispatch/gang-measurements.js';
import { NO_OVERHEADS } from '../../../server/scheduling/gang/gang-overheads.js';
import { GangRounds } from '../../../server/scheduling/gang/gang-rounds.js';
import { gangOf } from '../../scheduling/gang/model-devices.js';

const plan = await gangOf('nanodet', 2);
const OVERHEADS = [3, 6, 12, 90, 180] as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'measurements-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const deviceOf = (id: string, engine = 'onnxruntime') => ({ id, engine: { name: engine } }) as unknown as DeviceConfig;

/** One life of a gateway with these devices. */
function life({
  basis = ['plan', 'f32'],
  devices = [deviceOf('a'), deviceOf('b')],
  path = join(folder, 'times.json'),
} = {}) {
  const gangs = new GangRounds({ plans: { gang: plan, layerGang: null }, speedsOf: (some) => some.map(() => 1) });
  const log: string[] = [];
  const events: unknown[] = [];
  const clock = { nowMs: 0 };
  const say = (_facts: object, text: string) => log.push(text);
  const measurements = new GangMeasurements({
    ...{ path, basis, devices, gangs },
    ledger: { apply: (event) => events.push(event), overheads: events.length > 0 ? NO_OVERHEADS : OVERHEADS },
    telemetry: { log: { info: say, warn: say } as never, nowMs: () => clock.nowMs },
  });
  return { clock, events, gangs, log, measurements };
}

/** Three frames of both devices, of which `b` takes twice as long, and three that `a` computes alone. */
function frames({ gangs, measurements }: ReturnType<typeof life>): void {
  for (let id = 0; id < 7; id++) {
    const devices = id < 3 ? ['a', 'b'] : ['a'];
    const { plans } = gangs.begin(`f${id}`, 1, devices);
    for (const [member, device] of devices.entries()) {
      const ms = (macs: number) => (macs / 1e7) * (device === 'b' ? 2 : 1);
      const stages = plans[member]!.stages.map(({ macs }) => ({ stripsMs: 0, computeMs: 1 + ms(macs) }));
      const totalMs = 10 + stages.reduce((sum, { computeMs }) => sum + computeMs, 0);
      gangs.measured({ frame: `f${id}`, attempt: 1, member }, { prepareMs: 5, stages, totalMs });
      measurements.note();
    }
  }
}

it('a later life predicts what the earlier one measured', async () => {
  const first = life();
  frames(first);
  await first.measurements.stop();
  expect(await readdir(folder)).toEqual(['times.json']);
  const second = life();
  const before = second.gangs.forecast(['a', 'b']);
  await second.measurements.restore();
  expect(second.events).toEqual([{ kind: 'overheads-known', overheads: [...OVERHEADS] }]);
  const now = second.gangs.forecast(['a', 'b']);
  expect(now).not.toEqual(before);
  for (const [i, ms] of first.gangs.forecast(['a', 'b']).sizesMs.entries()) expect(now.sizesMs[i]).toBeCloseTo(ms);
  expect(now.speeds.get('b')! / now.speeds.get('a')!).toBeLessThan(0.7);
  expect(second.gangs.measurements()).toEqual(first.gangs.measurements());
  expect(second.log).toEqual(['measured times of gangs taken over']);
});

it('writes once a minute while frames are computed, and nothing where nothing was measured', async () => {
  const gateway = life();
  await gateway.measurements.stop();
  expect(await readdir(folder)).toEqual([]);
  frames(gateway);
  expect(await readdir(folder)).toEqual([]);
  gateway.clock.nowMs = 60_000;
  gateway.measurements.note();
  await gateway.measurements.stop();
  const { devices } = JSON.parse(await readFile(join(folder, 'times.json'), 'utf8'));
  expect(devices.map(({ device }: { device: string }) => device)).toEqual(['a', 'b']);
});

it('keeps nothing without a store', async () => {
  const gateway = life({ path: null as unknown as string });
  frames(gateway);
  gateway.clock.nowMs = 60_000;
  gateway.measurements.note();
  await gateway.measurements.stop();
  await gateway.measurements.restore();
  expect(await readdir(folder)).toEqual([]);
  expect(gateway.log).toEqual([]);
});

it('times of another model, plan or format are not used', async () => {
  const first = life();
  frames(first);
  await first.measurements.stop();
  const other = life({ basis: ['plan', 'f16'] });
  await other.measurements.restore();
  expect(other.gangs.measurements()).toEqual([]);
  expect(other.events).toEqual([]);
  expect(other.log).toEqual([expect.stringContaining('are not used')]);
});

it('a device that has another engine now, or is not in cluster.yaml any more, is measured again', async () => {
  const first = life();
  frames(first);
  await first.measurements.stop();
  const second = life({ devices: [deviceOf('b', 'tfjs'), deviceOf('a')] });
  await second.measurements.restore();
  expect(second.gangs.measurements().map(({ device }) => device)).toEqual(['a']);
});

it.each([
  ['damaged', (text: string) => text.slice(0, -20)],
  ['empty', () => ''],
  ['another document', () => '[1]'],
  ['of a later version', (text: string) => text.replace('"version":1', '"version":2')],
  ['with a profile of another gang', (text: string) => text.replace('"stageMs":[', '"stageMs":[1,')],
  ['with times that are none', (text: string) => text.replace(/"bodyMs":[^,]*/, '"bodyMs":-1')],
  ['with overheads that are none', (text: string) => text.replace('"overheads":[3', '"overheads":[null')],
  ['far too large', (text: string) => text.padEnd(5_000_000)],
])('a file that is %s is not used', async (_what, damage) => {
  const first = life();
  frames(first);
  await first.measurements.stop();
  const path = join(folder, 'times.json');
  await writeFile(path, damage(await readFile(path, 'utf8')));
  const second = life();
  await second.measurements.restore();
  expect(second.gangs.measurements()).toEqual([]);
  expect(second.events).toEqual([]);
  expect(second.log).toEqual([expect.stringContaining('are not used')]);
});
