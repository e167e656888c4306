import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';
import { complaintsOf, type Look, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

const LOOKS: readonly Look[] = [
  { theme: 'dark', width: 360 },
  { theme: 'light', width: 768 },
  { theme: 'dark', width: 1440 },
  { theme: 'light', width: 2560 },
];
/** See submit.test.ts. */
const FACES = 3;

let cluster: TestCluster;
let browser: Browser;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector }' }),
    launchChromium(),
  ]);
  for (const camera of ['door', 'yard']) await submit(cluster.client, samplePhoto('sample5.jpg'), { camera });
  await submit(cluster.client, samplePhoto('sample1.jpg'), { camera: 'door' });
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

const tops = (page: Page, names: readonly string[]): Promise<readonly number[]> =>
  Promise.all(names.map(async (name) => (await page.getByRole('heading', { name, exact: true }).boundingBox())!.y));

describe('the overview of a cluster that has found something', () => {
  test.each(LOOKS)(
    'begins with the pictures and their boxes, then the cameras, in $theme at $width px',
    async (look) => {
      const page = await openDashboard(browser, cluster.gateway.address, '#/', look);
      const newest = page.locator('.latest-pictures li').first();
      await newest.locator('image').waitFor();
      expect(await newest.locator('.stage-box').count()).toBe(FACES);
      expect(await newest.locator('.found').textContent()).toMatch(/^3.×.face/);
      await page.locator('.origins .thumbnail img').nth(1).waitFor();
      expect(await page.locator('.origins h3').allTextContents()).toEqual(['door', 'yard']);
      expect(await page.locator('.origins .found').first().textContent()).toMatch(/^3.×.face/);
      const order = await tops(page, ['Latest pictures', 'By camera', 'Cluster']);
      expect(order.toSorted((a, b) => a - b)).toEqual(order);
      expect(await overflow(page)).toBe(0);
      expect(await seriousFindings(page)).toEqual([]);
      expect(complaintsOf(page)).toEqual([]);
      await page.context().close();
    },
  );

  test('shows a picture that comes, and leads to its frame', async () => {
    const page = await openDashboard(browser, cluster.gateway.address, '#/');
    await page.locator('.latest-pictures li').first().waitFor();
    const before = await page.locator('.latest-pictures li').count();
    const frame = await submit(cluster.client, samplePhoto('sample6.jpg'), { camera: 'gate' });
    await waitUntil(async () => (await page.locator('.latest-pictures li').count()) === before + 1);
    expect(await page.locator('.origins h3').allTextContents()).toEqual(['door', 'gate', 'yard']);
    await page.locator('.picture-tile').first().press('Enter');
    await page.locator('.gantt-bar').first().waitFor();
    expect(new URL(page.url()).hash).toBe(`#/frames/${frame.id}`);
    await page.context().close();
  });

  test('says how frames are cut on the plan’s page only', async () => {
    const page = await openDashboard(browser, cluster.gateway.address, '#/');
    await page.locator('.latest-pictures').waitFor();
    const research = page.getByText(/^(Strategy|Grid|Fused layers)$/);
    expect(await research.count()).toBe(0);
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.locator('.plan-facts').waitFor();
    expect(await page.locator('.plan-facts dt').allTextContents()).toEqual(['Strategy', 'Grid', 'Fused layers']);
    await page.context().close();
  });
});
