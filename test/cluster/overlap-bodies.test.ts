import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationId } from '../../client/client.js';
import { isEmptyRegion } from '../../server/geometry/region.js';
import { SIDES } from '../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, type TileOffers } from '../../server/geometry/reuse/tile-offer.js';
import { encodeOfferedStrips, encodeOfferNotice } from '../../server/node/wire/overlap-body.js';
import type { WirePlan } from '../../server/node/wire/task-body.js';
import { regionShape, valuesOf } from '../../server/tensor/planes.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../server/tensor/safetensors.js';
import { ask, type Question, refused } from '../node/ask.js';
import { SMALL, wirePlanOf } from '../node/small-cluster.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const OCTETS = 'application/octet-stream';
const PATH = { frame: 'zz-1', tile: 0 };

let cluster: TestCluster;
let wirePlan: WirePlan;
let edge: string;

beforeAll(async () => {
  cluster = await startTestCluster({ yaml: SMALL, devices: 2 });
  edge = cluster.devices.get('e0')!.address;
  wirePlan = await wirePlanOf(cluster.config, (await ask(edge, 'getCluster')).json().plan.digest);
});
afterAll(() => cluster?.stop());

function offersOf(tile: number): TileOffers {
  return offersOfTile(wirePlan.plan, cutTile(wirePlan.plan, tile));
}

/** What a device tells that finished a tile; facts that are undefined are left out. */
function notice(facts: Record<string, string | undefined> = {}): Uint8Array {
  const good = encodeOfferNotice({ device: 'e1', address: 'http://127.0.0.1:1', offers: offersOf(0) });
  const all = { ...decodeSafetensors(good).metadata, ...facts };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return encodeSafetensors({}, Object.fromEntries(given));
}

/** How often the device has refused something with this code, by its metrics. */
async function refusals(code: string): Promise<number> {
  const text = new TextDecoder().decode((await ask(edge, 'getMetrics')).bytes);
  const line = text.split('\n').find((candidate) => candidate.startsWith(`deepthings_refused_total{code="${code}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Refused, and counted once. */
async function expectRefused(operation: OperationId, question: Question, status: number, code: string) {
  const before = await refusals(code);
  const problem = await refused(edge, operation, question, status, code);
  expect(await refusals(code)).toBe(before + 1);
  return problem;
}

const putting = (body: Uint8Array | string, path: object = PATH) =>
  ({ path: { ...PATH, ...path }, body: [OCTETS, body] }) as const;

describe('what a tile offers is refused', () => {
  it.each<[name: string, body: () => Uint8Array | string]>([
    ['text', () => 'hello'],
    ['a length without its header', () => Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 0x7b)],
    ['half of it', () => notice().subarray(0, 40)],
    ['more bytes than its tensors have', () => Buffer.concat([notice(), Uint8Array.of(1)])],
  ])('as no safetensors: %s', async (_name, body) => {
    await expectRefused('putOverlap', putting(body()), 422, 'DT_TENSOR_BODY');
  });

  it.each<[name: string, facts: Record<string, string | undefined>]>([
    ['without a device', { device: undefined }],
    ['without an address', { address: undefined }],
    ['without offers', { offers: undefined }],
    ['of a device whose name is none', { device: '../e1' }],
    ['at an address that is none', { address: 'file:///etc/passwd' }],
    ['with a user in its address', { address: 'http://me@127.0.0.1:1' }],
    ['that is a list', { offers: '[]' }],
    ['that is broken JSON', { offers: '{"south":}' }],
    ['with a side that there is not', { offers: '{"up":[]}' }],
    ['with the prototype for a side', { offers: '{"__proto__":[]}' }],
    ['with a side beyond the rim', { offers: '{"north":[]}' }],
    ['with too few segments', { offers: '{"south":[]}' }],
    ['with null for regions', { offers: '{"south":null}' }],
    ['that is very long', { offers: `{"south":[${'[],'.repeat(5_000)}[]]}` }],
  ])('%s', async (_name, facts) => {
    await expectRefused('putOverlap', putting(notice(facts)), 422, 'DT_OVERLAP_BODY');
  });

  it.each([
    ['that neither tile has', [0, 0, 9_999, 9_999]],
    ['with no cells', [5, 5, 5, 5]],
    ['upside down', [4, 4, 2, 2]],
    ['with a fraction', [0, 0, 1.5, 1]],
    ['below zero', [-1, 0, 1, 1]],
    ['of three numbers', [0, 0, 1]],
  ])('with a region %s', async (_name, region) => {
    const regions = wirePlan.plan.maps.slice(1).map(() => region);
    const offers = JSON.stringify({ south: regions });
    await expectRefused('putOverlap', putting(notice({ offers })), 422, 'DT_OVERLAP_BODY');
  });

  it('as another tile’s', async () => {
    await expectRefused('putOverlap', putting(notice(), { tile: 3 }), 422, 'DT_OVERLAP_BODY');
  });

  it('as of a tile that there is not', async () => {
    await expectRefused('putOverlap', putting(notice(), { tile: 4 }), 422, 'DT_OVERLAP_BODY');
  });

  it('from a device that is not declared', async () => {
    const { detail } = await expectRefused('putOverlap', putting(notice({ device: 'e7' })), 409, 'DT_DEVICE_UNKNOWN');
    expect(detail).toContain('e7');
  });

  it('for a frame that this device does not have', async () => {
    const { detail } = await expectRefused('putOverlap', putting(notice()), 404, 'DT_FRAME_UNKNOWN');
    expect(detail).toContain('zz-1');
  });

  it('in another media type', async () => {
    const question = { path: PATH, body: ['application/json', '{}'] } as const;
    await expectRefused('putOverlap', question, 415, 'DT_MEDIA_TYPE');
  });
});

describe('strips that are asked for', () => {
  const asking = (regions: string, path: object = {}) => ({
    path: { ...PATH, ...path },
    query: `regions=${encodeURIComponent(regions)}`,
  });

  async function missingOf(regions: string): Promise<string> {
    const reply = await ask(edge, 'getOverlap', asking(regions));
    expect([reply.status, reply.mediaType]).toEqual([200, OCTETS]);
    const { metadata, tensors } = decodeSafetensors(reply.bytes);
    expect(tensors.size).toBe(0);
    return metadata.missing!;
  }

  it('of a frame that is not there are all named as missing, in their order', async () => {
    expect(await missingOf('2:0,0,4,4')).toBe('2:0,0,4,4');
    expect(await missingOf('6:1,2,3,4;2:0,0,4,4')).toBe('6:1,2,3,4;2:0,0,4,4');
  });

  it('more than once count once', async () => {
    expect(await missingOf('2:0,0,4,4;6:1,2,3,4;2:0,0,4,4;2:0,0,4,4')).toBe('2:0,0,4,4;6:1,2,3,4');
  });

  it('on maps and of cells that there are not are missing too', async () => {
    expect(await missingOf('999:0,0,1,1;0:0,0,99999,99999')).toBe('999:0,0,1,1;0:0,0,99999,99999');
  });

  it('as many as fit into a query are answered', async () => {
    const regions = Array.from({ length: 300 }, (_, i) => `2:0,0,1,${i + 1}`).join(';');
    expect(await missingOf(regions)).toBe(regions);
  });

  it.each(['2:0,0,0,4', '2:0,0,4,0', '2:4,4,2,2', '2:0,0,4,4;6:1,1,1,1'])('with an empty one: %s', async (regions) => {
    await expectRefused('getOverlap', asking(regions), 422, 'DT_REGION');
  });

  it('for a tile that there is not', async () => {
    for (const tile of [4, 65_535]) {
      await expectRefused('getOverlap', asking('2:0,0,4,4', { tile }), 404, 'DT_TILE_UNKNOWN');
    }
  });

  it.each([
    '',
    '2',
    '2:0,0,4',
    '2:0,0,4,4;',
    ';2:0,0,4,4',
    '2:0,0,4,-4',
    '2:0,0,4,4 ',
    '1000:0,0,1,1',
    '2:0,0,1,100000',
  ])('as the contract does not allow: "%s"', async (regions) => {
    await expectRefused('getOverlap', asking(regions), 400, 'DT_REQUEST');
  });

  it('without saying which', async () => {
    await expectRefused('getOverlap', { path: PATH }, 400, 'DT_REQUEST');
  });
});

describe('on the gateway', () => {
  let gateway: string;
  beforeAll(() => {
    gateway = cluster.gateway.address;
  });

  /** What a device puts into the pool: strips of the right shape, all of them 1. */
  function strips(facts: { device?: string; without?: number; extra?: boolean; tensor?: Partial<Tensor> } = {}) {
    const offers = offersOf(0);
    const kept = SIDES.flatMap((side) =>
      (offers[side]?.regions ?? []).flatMap((region, map) => {
        if (isEmptyRegion(region)) return [];
        const { channels } = wirePlan.plan.maps[map]!;
        return [{ side, map, data: new Float32Array(valuesOf(regionShape(channels, region))).fill(1) }];
      }),
    );
    const good = encodeOfferedStrips(wirePlan.plan, { device: facts.device ?? 'e1', offers, strips: kept }, 'f32');
    const { metadata, tensors } = decodeSafetensors(good);
    const all = [...tensors].slice(facts.without ?? 0);
    if (facts.tensor) all[0] = [all[0]![0], { ...all[0]![1], ...facts.tensor }];
    if (facts.extra) all.push(['2:0,0,1,1', { type: 'F32', shape: [1], data: Float32Array.of(1) }]);
    return encodeSafetensors(Object.fromEntries(all), metadata);
  }
  const refusedThere = (question: Question, status: number, code: string) =>
    refused(gateway, 'putOverlap', question, status, code);

  it.each<[name: string, body: () => Uint8Array | string, code: string]>([
    ['text', () => 'hello', 'DT_TENSOR_BODY'],
    ['half of it', () => strips().subarray(0, strips().length / 2), 'DT_TENSOR_BODY'],
    ['a notice, which has no strips', () => notice(), 'DT_OVERLAP_BODY'],
    ['one strip too few', () => strips({ without: 1 }), 'DT_OVERLAP_BODY'],
    ['one too many', () => strips({ extra: true }), 'DT_OVERLAP_BODY'],
    ['a strip in another shape', () => strips({ tensor: { shape: [1], data: Float32Array.of(1) } }), 'DT_OVERLAP_BODY'],
    ['a strip of bytes', () => strips({ tensor: bytesLike(strips()) }), 'DT_OVERLAP_BODY'],
    ['a device whose name is none', () => strips({ device: '../e1' }), 'DT_OVERLAP_BODY'],
  ])('strips are refused: %s', async (_name, body, code) => {
    await refusedThere(putting(body()), 422, code);
  });

  /** The first strip as bytes. */
  function bytesLike(body: Uint8Array): Tensor {
    const { shape } = [...decodeSafetensors(body).tensors.values()][0]!;
    return { type: 'U8', shape, data: new Uint8Array(shape.reduce((product, size) => product * size)) };
  }

  it('strips of another tile’s are refused', async () => {
    await refusedThere(putting(strips(), { tile: 3 }), 422, 'DT_OVERLAP_BODY');
  });

  it('strips from a device that is not declared are refused', async () => {
    await refusedThere(putting(strips({ device: 'e7' })), 409, 'DT_DEVICE_UNKNOWN');
  });

  it('strips of a frame that is not open are neither taken nor given', async () => {
    await refusedThere(putting(strips()), 404, 'DT_FRAME_UNKNOWN');
    const ended = await submit(cluster.client, samplePhoto('sample1.jpg'));
    for (const frame of ['zz-1', ended.id]) {
      await refusedThere(putting(strips(), { frame }), 404, 'DT_FRAME_UNKNOWN');
      const question = { path: { ...PATH, frame }, query: 'regions=2:0,0,4,4' };
      await refused(gateway, 'getOverlap', question, 404, 'DT_FRAME_UNKNOWN');
    }
  });

  it('are asked for as the contract allows only', async () => {
    await refused(gateway, 'getOverlap', { path: PATH, query: 'regions=2:0,0,4' }, 400, 'DT_REQUEST');
    await refused(gateway, 'getOverlap', { path: PATH }, 400, 'DT_REQUEST');
  });
});

describe('after all of that', () => {
  it('nothing was the device’s own fault', async () => {
    expect(await refusals('DT_INTERNAL')).toBe(0);
  });
});
