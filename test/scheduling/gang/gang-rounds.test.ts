import { expect, test } from 'vitest';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { planGang } from '../../../server/geometry/gang/gang-plan.js';
import { GangRounds } from '../../../server/scheduling/gang/gang-rounds.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';

const plan = planGang(
  planLayers(chain({ channels: 3, height: 8, width: 8 }, [conv(3, 2)]), 1, { rows: 1, columns: 1 }).stage.graph,
  () => [],
);

test('the gang that computes a frame is known until a later one takes its place or the frame ends', () => {
  const gangs = new GangRounds({
    plans: { gang: plan, layerGang: null },
    speedsOf: (devices) => devices.map(() => 1),
  });
  gangs.begin('f', 1, ['a', 'b']);
  gangs.begin('g', 1, ['c']);
  expect(gangs.of('f', 1)).toMatchObject({ attempt: 1, devices: ['a', 'b'], bands: bandsOf([1, 1]) });
  gangs.begin('f', 2, ['a']);
  expect(gangs.of('f', 1)).toBeNull();
  expect(gangs.of('f', 2)).toMatchObject({ attempt: 2, devices: ['a'], bands: bandsOf([1]) });
  expect(gangs.size).toBe(2);
  gangs.drop('f');
  expect(gangs.of('f', 2)).toBeNull();
  expect(gangs.of('g', 1)?.devices).toEqual(['c']);
  expect(gangs.size).toBe(1);
});

/** Runs a frame on devices that take so many ms for their part of an equal share. */
function frame(gangs: GangRounds, id: string, msOf: Readonly<Record<string, number>>) {
  const devices = Object.keys(msOf);
  gangs.begin(id, 1, devices);
  const { bands, plans } = gangs.of(id, 1)!;
  const all = plans.reduce((sum, { stages }) => sum + stages[0]!.macs, 0);
  for (const [member, device] of devices.entries()) {
    const computeMs = (msOf[device]! * devices.length * plans[member]!.stages[0]!.macs) / all;
    const times = { prepareMs: 0, stages: [{ stripsMs: 0, computeMs }], totalMs: computeMs };
    gangs.measured({ frame: id, attempt: 1, member }, times);
    // Of another attempt, or said twice.
    gangs.measured({ frame: id, attempt: 2, member }, { ...times, totalMs: 1e6 });
    gangs.measured({ frame: id, attempt: 1, member }, { ...times, stages: [{ stripsMs: 0, computeMs: 1e6 }] });
  }
  return bands;
}

const high = planGang(
  planLayers(chain({ channels: 3, height: 96, width: 96 }, [conv(3, 256), conv(3, 256)]), 1, { rows: 1, columns: 1 })
    .stage.graph,
  () => [],
);

test('bands follow what members took, and a device that slows the gang down is left out', () => {
  const gangs = new GangRounds({
    plans: { gang: high, layerGang: null },
    speedsOf: (devices) => devices.map(() => 1),
  });
  expect(frame(gangs, 'a', { x: 10, y: 20 })).toEqual(bandsOf([1, 1]));
  expect(frame(gangs, 'b', { x: 10, y: 20 }), 'after a first frame').toEqual(bandsOf([1, 1]));
  const [, boundary] = frame(gangs, 'c', { x: 10, y: 20 }).rows;
  expect(boundary! / 10_000).toBeCloseTo(2 / 3, 1);
  expect(gangs.leftOut).toEqual([]);
  for (const id of ['d', 'e', 'f', 'g']) frame(gangs, id, { x: 10, y: 9_000 });
  expect(gangs.leftOut).toEqual([expect.objectContaining({ device: 'y' })]);
});
