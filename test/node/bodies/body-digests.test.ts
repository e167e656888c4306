import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bodyDigest, DIGEST_HEADER } from '../../../client/body-digest.js';
import { startGateway } from '../../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../../server/node/running-node.js';
import { ANY_PORT, silent, testConfig } from '../../support/test-cluster.js';
import { ask, askPath, type Question, refused } from '../ask.js';
import { SMALL, smallPicture } from '../small-cluster.js';

const OCTETS = 'application/octet-stream';
const STEAL = JSON.stringify({ thief: 'e0', sequence: 7 });

let gateway: RunningNode;
let jpeg: Buffer;
let damagedBefore: number;
beforeAll(async () => {
  const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  jpeg = await smallPicture();
});
afterAll(() => gateway?.stop());
afterEach(async () => {
  damagedBefore = await damaged();
});

/** Bodies of requests that were refused as damaged, all operations together. */
async function damaged(): Promise<number> {
  const { bytes } = await askPath(gateway.address, 'GET', '/metrics');
  const lines = Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('deepthings_damaged_bodies_total{') && line.includes('part="request"'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('a body that is not what was sent', () => {
  const headers = { [DIGEST_HEADER]: bodyDigest('as it was sent') };
  const path = { frame: 'zz-1', tile: 0 };
  it.each<[string, Parameters<typeof ask>[1], Question]>([
    ['a result', 'postResult', { body: [OCTETS, 'as it arrived'] }],
    ['overlap', 'putOverlap', { path, body: [OCTETS, 'as it arrived'] }],
    ['a picture', 'submitFrame', { body: ['image/jpeg', 'as it arrived'] }],
    ['a question for work', 'stealTask', { body: ['application/json', STEAL] }],
  ])('is refused and counted, whatever it is: %s', async (_name, operation, question) => {
    damagedBefore = await damaged();
    const problem = await refused(gateway.address, operation, { ...question, headers }, 422, 'DT_DIGEST');
    expect(problem.detail).toContain(headers[DIGEST_HEADER]);
    expect(await damaged()).toBe(damagedBefore + 1);
  });

  it.each([
    ['none', ''],
    ['one of another kind', `sha-256=${'0'.repeat(64)}`],
    ['one cut short', bodyDigest('tensors').slice(0, -1)],
  ])('is not told from one of tensors with %s for a digest', async (_name, digest) => {
    const question = { headers: { [DIGEST_HEADER]: digest }, body: [OCTETS, 'tensors'] as const };
    expect((await refused(gateway.address, 'postResult', question, 422, 'DT_DIGEST')).detail).toContain('digest');
  });
});

describe('a body that arrives as it was sent', () => {
  it('is looked into only then', async () => {
    await refused(gateway.address, 'postResult', { body: [OCTETS, 'no tensors'] }, 422, 'DT_TENSOR_BODY');
    const asked = { body: ['application/json', STEAL] as const, headers: { [DIGEST_HEADER]: bodyDigest(STEAL) } };
    expect((await ask(gateway.address, 'stealTask', asked)).status).toBe(204);
  });

  it('needs no digest where people and scripts send it', async () => {
    expect((await ask(gateway.address, 'stealTask', { body: ['application/json', STEAL] })).status).toBe(204);
    // No device is there yet: the picture came as far as that.
    await refused(gateway.address, 'submitFrame', { body: ['image/jpeg', jpeg] }, 503, 'DT_NO_DEVICE');
  });
});

describe('an answer', () => {
  it.each(['/cluster', '/plan', '/metrics', '/nowhere'])('has the digest of its body: %s', async (path) => {
    const { bytes, headers } = await askPath(gateway.address, 'GET', path);
    expect(headers[DIGEST_HEADER]).toBe(bodyDigest(bytes));
  });

  it('without a body has that of none, by which it is told from a proxy’s', async () => {
    const { headers } = await ask(gateway.address, 'stealTask', { json: { thief: 'e0', sequence: 8 } });
    expect(headers[DIGEST_HEADER]).toBe(bodyDigest(''));
  });
});
