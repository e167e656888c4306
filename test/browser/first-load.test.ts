import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FRAMES_KEPT } from '../../dashboard/src/state/dashboard-state.js';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

/** Page, assets and start data together, with the heads of the answers. */
const MOST_BYTES = 120_000;

let cluster: TestCluster;
let browser: Browser;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector, width: 224, height: 224 }' }),
    launchChromium(),
  ]);
  // As many as the page asks for, each with what was found in it.
  for (let n = 0; n < FRAMES_KEPT; n++) await submit(cluster.client, samplePhoto('sample1.jpg'));
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

/** What came over the wire for each path, once for each time that it was asked for. Assets go without the digest in their name. */
type Loads = { readonly path: string; readonly encoding: string; bytes: number; isWhole: boolean }[];

/** Notes what the page loads from now on. */
async function noteLoads(session: CDPSession): Promise<Loads> {
  const loads: Loads = [];
  const byRequest = new Map<string, Loads[number]>();
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const { pathname } = new URL(response.url);
    const encoding = response.headers['content-encoding'] ?? response.headers['Content-Encoding'] ?? 'none';
    const load = { path: pathname.replace(/-[\w-]{8}\./, '.'), encoding, bytes: 0, isWhole: false };
    byRequest.set(requestId, load);
    loads.push(load);
  });
  session.on('Network.loadingFinished', ({ encodedDataLength, requestId }) => {
    const load = byRequest.get(requestId);
    if (load !== undefined) Object.assign(load, { bytes: encodedDataLength, isWhole: true });
  });
  await session.send('Network.enable');
  return loads;
}

const isOfStart = ({ path }: Loads[number]): boolean => !path.endsWith('/image') && path !== '/events';

test.each([
  ['by https, or on the gateway itself', 'br', {}],
  ['by http', 'gzip', { 'accept-encoding': 'gzip, deflate' }],
])('a first visit loads less than 120 kB, nothing twice: %s', async (_way, best, extraHTTPHeaders) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, extraHTTPHeaders });
  const page = await context.newPage();
  const loads = await noteLoads(await context.newCDPSession(page));
  const visit = async (): Promise<void> => {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('.latest-pictures li').first().waitFor();
    await waitUntil(() => loads.filter(isOfStart).every(({ isWhole }) => isWhole));
  };
  await page.goto(`${cluster.gateway.address}/#/`);
  await visit();

  const first = loads.filter(isOfStart);
  const encodings = first.map(({ encoding, path }) => `${path} ${encoding}`);
  expect(encodings.filter((each) => !each.startsWith('/assets/icon')).sort()).toEqual([
    `/ ${best}`,
    `/assets/index.css ${best}`,
    `/assets/index.js ${best}`,
    '/cluster none',
    '/frames gzip',
    '/plan gzip',
  ]);
  for (const { bytes, path } of first) expect(bytes, path).toBeGreaterThan(0);
  const total = first.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = first.map(({ bytes, path }) => `${path} ${bytes}`).join(', ');
  process.stdout.write(`First load with ${best}: ${total} bytes (${parts})\n`);
  expect(total).toBeLessThan(MOST_BYTES);

  loads.length = 0;
  await page.reload();
  await visit();
  const second = loads.filter(({ path }) => path === '/' || path.startsWith('/assets/'));
  // The page is asked for, and has not changed; the assets are not asked for.
  const bytesOfPage = (among: Loads) => among.find(({ path }) => path === '/')!.bytes;
  expect(bytesOfPage(second)).toBeLessThan(bytesOfPage(first));
  for (const { bytes, path } of second) if (path !== '/') expect(bytes, path).toBe(0);
  await context.close();
});
