import { describe, expect, it } from 'vitest';
import type { Region } from '../../../server/geometry/region.js';
import { wholeMap } from '../../../server/geometry/region.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile } from '../../../server/geometry/reuse/tile-offer.js';
import { ComputeSpeed } from '../../../server/scheduling/device/compute-speed.js';
import { LinkRates } from '../../../server/scheduling/policy/link-rates.js';
import { FetchPolicy, type FetchQuestion, type OverlapPolicy } from '../../../server/scheduling/reuse/fetch-policy.js';
import { offerGain } from '../../../server/scheduling/reuse/offer-gain.js';
import { ReuseBook } from '../../../server/scheduling/reuse/reuse-book.js';
import { taskReuse } from '../../../server/scheduling/reuse/task-reuse.js';
import { NO_REUSE } from '../../../server/scheduling/reuse/tile-reuse.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { yolov2Chain } from '../../geometry/layer-chains.js';

const plan = planLayers(yolov2Chain(), 16, { rows: 3, columns: 3 });
const whole = (tile: number) => offersOfTile(plan, cutTile(plan, tile));
const FRAME = 'e0-1';
const INPUT_IS_THERE = () => 0;
const areaOf = ({ x0, x1, y0, y1 }: Region) => (x1 - x0) * (y1 - y0);

/** A device that computes `macsPerMs`, and to whom answers took 4 ms however large they were. */
function policyOf(policy: OverlapPolicy, macsPerMs: number) {
  const links = new LinkRates();
  for (let i = 0; i < 16; i++) links.add('http://e1', i * 1e6, 4);
  const speed = new ComputeSpeed();
  speed.add(macsPerMs, 1);
  return { links, policy: new FetchPolicy({ plan, policy, links, speed, bytesPerValue: 4 }) };
}
const SLOW = 1e6;
const FAST = 1e12;

describe('offerGain', () => {
  it('is what the neighbour saves with this offer alone, and the bytes of the strips that it takes for that', () => {
    const offer = whole(4).west!;
    const gain = offerGain(plan, 'west', offer);
    const alone = cutTile(plan, 3, { east: offer });
    expect(gain.macs).toBe(cutTile(plan, 3).macs - alone.macs);
    expect(gain.macs).toBeGreaterThan(0.2 * cutTile(plan, 3).macs);
    const values = alone.strips.reduce(
      (sum, { map, region: { x0, x1, y0, y1 } }) => sum + plan.maps[map]!.channels * (x1 - x0) * (y1 - y0),
      0,
    );
    expect(gain.bytes).toBe(4 * values);
  });
});

describe('FetchPolicy', () => {
  it('a request pays where what is offered saves more than it takes, whether computing or input', () => {
    const offers = { west: whole(3).east! };
    const mayPayOff = (policy: OverlapPolicy, speed: number, inputMs: FetchQuestion['inputMs']) =>
      policyOf(policy, speed).policy.mayPayOff({ tileId: 4, offers, inputMs }, ['http://e1']);
    expect(mayPayOff('cost', SLOW, INPUT_IS_THERE)).toBe(true);
    expect(mayPayOff('cost', FAST, INPUT_IS_THERE)).toBe(false);
    expect(mayPayOff('cost', FAST, areaOf)).toBe(true);
    expect(mayPayOff('always', FAST, INPUT_IS_THERE)).toBe(true);
    expect(mayPayOff('never', SLOW, INPUT_IS_THERE)).toBe(false);
  });

  it('nothing pays where nothing is offered, however slow the device is', () => {
    expect(policyOf('cost', SLOW).policy.mayPayOff({ tileId: 4, offers: {}, inputMs: areaOf }, [])).toBe(false);
  });

  it('strips of an offer are worth a request where they save more than it takes', () => {
    const isWorthFetching = (policy: OverlapPolicy, speed: number) =>
      policyOf(policy, speed).policy.isWorthFetching('west', whole(4).west!);
    expect(isWorthFetching('cost', SLOW)).toBe(true);
    expect(isWorthFetching('cost', FAST)).toBe(false);
    expect(isWorthFetching('always', FAST)).toBe(true);
    expect(isWorthFetching('never', SLOW)).toBe(false);
  });

  it('the source hears of what is worth no request of others but saves this device more than one', () => {
    const offer = whole(4).west!;
    const { macs, bytes } = offerGain(plan, 'west', offer);
    const links = new LinkRates();
    // Answers of 4 ms and what makes the strips take as long as they save, beside a device that saves 8 ms with them.
    for (let i = 0; i < 16; i++) links.add('http://e1', i * bytes, 4 + 8 * i);
    const speed = new ComputeSpeed();
    speed.add(macs, 8);
    const policy = new FetchPolicy({ plan, policy: 'cost', links, speed, bytesPerValue: 4 });
    expect(policy.isWorthFetching('west', offer)).toBe(false);
    expect(policy.isWorthReporting({ west: offer })).toBe(true);
  });

  it('others hear of what saves more than the request that tells of it', () => {
    expect(policyOf('cost', SLOW).policy.isWorthReporting(whole(4))).toBe(true);
    expect(policyOf('cost', FAST).policy.isWorthReporting(whole(4))).toBe(false);
    expect(policyOf('always', FAST).policy.isWorthReporting(whole(4))).toBe(true);
  });
});

describe('taskReuse', () => {
  function reuseOf(macsPerMs: number, finishedBy: string | null) {
    const book = new ReuseBook(plan, { isWorthFetching: () => true });
    book.open(FRAME);
    const address = (device: string) => ({ device, address: `http://${device}` });
    book.finished(FRAME, 3, whole(3), finishedBy === null ? null : address(finishedBy));
    const pool = { offersOf: (_: string, tile: number) => (finishedBy === null && tile === 3 ? whole(3) : null) };
    const own = { holder: () => address('e0'), transmitted: () => wholeMap(plan.maps[0]!) };
    const parts = { plan, book, pool, allSides: false, ...own, ...policyOf('cost', macsPerMs) };
    return taskReuse(parts, { frame: FRAME, tile: 4, generation: 1, attempt: 1 }, 'e1');
  }

  it('promises what is here, by this device’s address, where tiles take long', () => {
    const reuse = reuseOf(SLOW, null);
    expect(reuse.offers.west?.regions.at(-1)).toEqual(whole(3).east?.regions.at(-1));
    expect(reuse.holders.west).toEqual({ device: 'e0', address: 'http://e0' });
  });

  it('promises nothing where any request takes longer than the tile', () => {
    expect(reuseOf(FAST, null)).toBe(NO_REUSE);
    expect(reuseOf(FAST, 'e2')).toBe(NO_REUSE);
  });

  it('promises a thief what it has itself, however fast it is', () => {
    expect(reuseOf(FAST, 'e1').offers.west).toEqual(whole(3).east);
  });
});
