import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOperations, readContract } from '../../server/node/contract/contract.js';
import { ask, askPath } from '../node/ask.js';
import { EventReader } from '../node/event-reader.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const TOKEN = 'a-secret-that-nobody-may-read-0123456789';
const GUESS = 'a-guess-that-is-no-ones-business-98765';

let cluster: TestCluster;
let frame: string;
const log: string[] = [];

beforeAll(async () => {
  cluster = await startTestCluster({
    yaml: SMALL,
    devices: 2,
    token: TOKEN,
    log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
  });
  const form = { image: await smallPicture() };
  const headers = { authorization: `Bearer ${TOKEN}` };
  frame = (await ask(cluster.gateway.address, 'submitFrame', { headers, query: 'wait=30', form })).json().id;
});
afterAll(() => cluster?.stop());

const nodes = () => [cluster.gateway.address, ...[...cluster.devices.values()].map(({ address }) => address)];

describe('the token', () => {
  it('is in no answer of any node, and in no event', async () => {
    const reads = contractOperations(readContract())
      .filter(({ method, path }) => method === 'get' && path !== '/events')
      .map(({ path }) => path.replace('{frame}', frame).replace('{tile}', '0'));
    expect(reads.length).toBeGreaterThan(10);
    for (const node of nodes()) {
      for (const path of [...reads, '/', '/docs/', '/docs/json', '/nothing']) {
        const reply = await askPath(node, 'GET', path, { headers: { authorization: `Bearer ${TOKEN}` } });
        const said = `${JSON.stringify(reply.headers)}${Buffer.from(reply.bytes).toString('latin1')}`;
        expect(said.includes(TOKEN), `${node}${path}`).toBe(false);
      }
      const events = await EventReader.open(node, { authorization: `Bearer ${TOKEN}`, 'last-event-id': '' });
      expect(events.status).toBe(200);
      events.close();
    }
  });

  it('is in no error, whatever is wrong', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const node of nodes()) {
      const replies = [
        await askPath(node, 'POST', '/frames', { headers, body: ['image/jpeg', TOKEN] }),
        await askPath(node, 'POST', '/tasks/steal', { headers, body: ['application/json', '{'] }),
        await askPath(node, 'PATCH', '/cluster', { headers }),
        await askPath(node, 'GET', '/cluster', { headers: { authorization: `Basic ${TOKEN}` } }),
      ];
      for (const { bytes, status } of replies) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(Buffer.from(bytes).toString()).not.toContain(TOKEN);
      }
    }
  });

  it('and what somebody took for it are in no log, wherever they were put', async () => {
    for (const node of nodes()) {
      await askPath(node, 'GET', '/cluster', { headers: { authorization: `Bearer ${GUESS}` } });
      await askPath(node, 'GET', `/cluster?token=${GUESS}`);
      await askPath(node, 'GET', `/cluster?token=${GUESS}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      await askPath(node, 'GET', `/frames?limit=${GUESS}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      await askPath(node, 'GET', '/cluster', { headers: { cookie: `token=${GUESS}`, 'x-api-key': GUESS } });
    }
    expect(log.length).toBeGreaterThan(10);
    const text = log.join('');
    expect(text).toContain('request refused');
    expect(log.filter((line) => line.includes(TOKEN) || line.includes(GUESS))).toEqual([]);
  });

  it('is not in the dashboard’s files', () => {
    const folder = 'dist/dashboard';
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const { name, parentPath } of files) {
      expect(readFileSync(join(parentPath, name)).includes(TOKEN)).toBe(false);
    }
  });
});
