import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { dropPhotos, type Look, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

const LOOKS: readonly Look[] = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 768 },
  { theme: 'light', width: 360 },
  { theme: 'dark', width: 360 },
];

let cluster: TestCluster;
let browser: Browser;
let frame: string;
let gangFrame: string;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector }' }),
    launchChromium(),
  ]);
  frame = (await submit(cluster.client, samplePhoto('sample1.jpg'))).id;
  gangFrame = (await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy: 'gang' })).id;
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

describe.each(LOOKS)('in $theme at $width px', (look) => {
  test.each([
    ['overview', () => '#/', '.topology .node'],
    ['frame', () => `#/frames/${frame}`, '.gantt-bar'],
    ['frame of a gang', () => `#/frames/${gangFrame}`, '.stage-table'],
    ['history', () => '#/history', '.thumbnail img'],
    ['plan', () => '#/plan', '.segment-maps'],
    ['plan of a gang', () => '#/plan?parts=blocks', '.gang-table'],
    ['devices', () => '#/devices', '.device-card'],
    ['a frame that is not there', () => '#/frames/none-1', '.error'],
    ['no such view', () => '#/nowhere', '.panel'],
  ])('%s has no serious finding, and nothing sticks out', async (_view, route, ready) => {
    const page = await openDashboard(browser, cluster.gateway.address, route(), look);
    await page.locator(ready).first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });

  test('submit has none, empty or with a picture', async () => {
    const page = await openDashboard(browser, cluster.gateway.address, '#/submit', look);
    await page.getByText('or drop them').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await dropPhotos(page, 'sample5.jpg');
    await page.locator('.stage-box').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.context().close();
  });
});
