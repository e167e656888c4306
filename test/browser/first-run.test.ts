import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';
import { complaintsOf, type Look, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

const LOOKS: readonly Look[] = [
  { theme: 'light', width: 360 },
  { theme: 'dark', width: 768 },
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 2560 },
];
/** Twelve devices that have not joined may take no more of a phone than the strip's two lines. */
const STRIP_PX = 80;

const HEADING = 'No pictures yet: three ways to start';

let gateway: RunningNode;
let browser: Browser;
beforeAll(async () => {
  const config = await testConfig('model: { name: face-detector }', 12, 'http://127.0.0.1:65535', [], 'auto');
  [gateway, browser] = await Promise.all([
    startGateway({ config, token: null, log: silent, listen: ANY_PORT }),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
});

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

describe('a new cluster of which no device has joined', () => {
  test.each(LOOKS)('shows one card and one neutral strip, in $theme at $width px', async (look) => {
    const page = await openDashboard(browser, gateway.address, '#/', look);
    await page.getByRole('heading', { name: HEADING }).waitFor();
    expect(await page.locator('main .panel').count()).toBe(1);
    expect(await page.locator('.problems').count()).toBe(0);
    expect((await page.title()).startsWith('Overview')).toBe(true);
    const strip = page.locator('.to-start');
    expect(await strip.count()).toBe(1);
    expect(await strip.locator('summary').textContent()).toContain('12 devices have not joined yet');
    expect((await strip.boundingBox())!.height).toBeLessThanOrEqual(STRIP_PX);
    expect(await overflow(page)).toBe(0);
    await strip.locator('summary').press('Enter');
    await strip.getByText('npx deepthings edge e11', { exact: true }).waitFor();
    expect(await strip.locator('.command').count()).toBe(12);
    expect(await overflow(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaintsOf(page)).toEqual([]);
    await page.context().close();
  });

  test('has commands that can be copied, also where the browser gives the page no clipboard', async () => {
    const page = await openDashboard(browser, gateway.address, '#/');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('.to-start summary').click();
    const button = page.getByRole('button', { name: 'Copy the start command of e3' });
    await button.click();
    await page.getByText('Copied', { exact: true }).waitFor();
    expect(await clipboard(page)).toBe('npx deepthings edge e3');
    const camera = page.getByRole('button', { name: 'Copy the command for a camera with snapshots' });
    await camera.click();
    await page.getByText('Copied to the clipboard.').nth(1).waitFor();
    expect(await clipboard(page)).toBe(
      `npx deepthings watch --gateway ${gateway.address} http://192.0.2.20/snapshot.jpg`,
    );
    // As in a page that came by http from another machine.
    await page.evaluate(() => {
      const { clipboard: real } = navigator;
      Object.assign(window, { realClipboard: real });
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    });
    await page.getByRole('button', { name: 'Copy the curl command' }).click();
    await page.getByText('Copied to the clipboard.').nth(2).waitFor();
    const copied = await page.evaluate(() =>
      (window as unknown as { realClipboard: Clipboard }).realClipboard.readText(),
    );
    expect(copied).toBe(`curl -F image=@photo.jpg '${gateway.address}/frames?wait=30'`);
    await page.context().close();
  });

  test('lists its devices with what starts them, and calls nothing wrong', async () => {
    const page = await openDashboard(browser, gateway.address, '#/devices');
    await page.locator('.device-card').first().waitFor();
    expect(await page.locator('.device-card .command').count()).toBe(12);
    expect(await page.locator('.device-problem').count()).toBe(0);
    expect(await page.locator('.problems').count()).toBe(0);
    expect(await page.locator('.badge.bad').count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  test('looks at the sample picture when its button is pressed, and shows the cluster from then on', async () => {
    const page = await openDashboard(browser, gateway.address, '#/');
    await page.getByRole('button', { name: 'Try the sample picture' }).press('Enter');
    await page.locator('.stage-box').first().waitFor();
    expect(new URL(page.url()).hash).toBe('#/submit');
    await page.getByRole('heading', { name: 'Sample picture' }).waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.topology .node.away').first().waitFor();
    expect(await page.getByRole('heading', { name: HEADING }).count()).toBe(0);
    expect(await page.locator('.topology .cross').count()).toBe(0);
    expect(await page.locator('.figure.bad').count()).toBe(0);
    expect(complaintsOf(page)).toEqual([]);
    await page.context().close();
  });
});
