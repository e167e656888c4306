import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { type Look, openDashboard, overflow } from './dashboard-page.js';

/** As many as there are colours, three of which are started. */
const DEVICES = 16;
const FRAMES = 21;
/** What people call their devices: long, and alike. */
const NAMES = Array.from({ length: DEVICES - 3 }, (_, index) => `raspberry-pi-behind-the-house-${index + 1}`);

let cluster: TestCluster;
let browser: Browser;
let frame: string;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector, width: 96, height: 96 }' }),
    launchChromium(),
  ]);
  for (let n = 0; n < FRAMES; n++) frame = (await submit(cluster.client, samplePhoto('sample1.jpg'))).id;
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

/** Tells the page of more devices than run here, and of frames that they took part in. */
async function addDevices(page: Page): Promise<void> {
  await page.route('**/cluster', async (route) => {
    const answer = (await (await route.fetch()).json()) as Schemas['ClusterState'];
    const [first] = answer.devices;
    const others = NAMES.map((device) => ({ ...first!, device }));
    await route.fulfill({ json: { ...answer, devices: [...answer.devices, ...others] } });
  });
  await page.route('**/frames?*', async (route) => {
    const answer = (await (await route.fetch()).json()) as { frames: Schemas['Frame'][] };
    const byDevice = Object.fromEntries(NAMES.map((device) => [device, 1]));
    const frames = answer.frames.map((one) => ({ ...one, source: NAMES[9]!, tiles: { ...one.tiles, byDevice } }));
    await route.fulfill({ json: { ...answer, frames } });
  });
}

/** How much wider than its window the page is once it shows all. */
async function widthBeyondWindow(route: string, look: Look, ready: string): Promise<number> {
  const page = await open(route, look);
  await page.locator(ready).first().waitFor();
  const beyond = await overflow(page);
  await close(page);
  return beyond;
}

async function open(route: string, look: Look): Promise<Page> {
  const page = await openDashboard(browser, cluster.gateway.address, route, look, addDevices);
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

async function close(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
}

const LOOKS: readonly Look[] = [
  { theme: 'light', width: 360 },
  { theme: 'dark', width: 768 },
  { theme: 'light', width: 1024 },
  { theme: 'dark', width: 1440 },
];

describe.each(LOOKS)('sixteen devices with long names, $theme at $width px', (look) => {
  test('have names that differ and colours of their own in the topology', async () => {
    const page = await open('#/', look);
    await page
      .locator('.topology .node.device')
      .nth(DEVICES - 1)
      .waitFor();
    const names = await page.locator('.topology .node.device .name').allTextContents();
    const shown = names.filter((name) => name !== '');
    expect(new Set(shown).size).toBe(shown.length);
    const fills = await page
      .locator('.topology .node.device circle')
      .evaluateAll((circles) => circles.map((circle) => getComputedStyle(circle).fill));
    expect(new Set(fills).size).toBe(DEVICES);
    expect(await overflow(page)).toBe(0);
    await close(page);
  });

  test.each([
    ['history', () => '#/history', '.thumbnail img'],
    ['devices', () => '#/devices', '.device-card'],
    ['submit', () => '#/submit', '.drop-zone'],
    ['a frame', () => `#/frames/${frame}`, '.gantt-bar'],
  ])('leave the page as wide as its window: %s', async (_view, route, ready) => {
    expect(await widthBeyondWindow(route(), look, ready)).toBe(0);
  });
});

test('the history says that there is more, and where it ends', async () => {
  const page = await openDashboard(browser, cluster.gateway.address, '#/history', LOOKS[0]);
  await page.getByText('The newest 20 frames; more on the next page').waitFor();
  await page.getByRole('button', { name: 'Older frames' }).click();
  await page.getByText(`The oldest ${FRAMES - 20} frame`, { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Older frames' }).count()).toBe(0);
  await page.context().close();
});
