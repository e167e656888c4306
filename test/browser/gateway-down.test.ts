import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { complaintsOf, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

let cluster: ProcessCluster;
let browser: Browser;
let page: Page;
let phone: Page;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startProcessCluster(
      'model: { name: face-detector }\nschedule: { heartbeat: { intervalMs: 200, lostAfterMs: 1000 } }',
      2,
    ),
    launchChromium(),
  ]);
  await submit(cluster.client, samplePhoto('sample5.jpg'));
  page = await openDashboard(browser, cluster.config.gateway.address, '#/', { theme: 'light', width: 1440 });
  phone = await openDashboard(browser, cluster.config.gateway.address, '#/', { theme: 'dark', width: 360 });
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

const pages = () => [page, phone];

describe('somebody whose gateway is gone', () => {
  test('has seen a device that is lost in red before', async () => {
    cluster.process('e1').kill('SIGKILL');
    for (const each of pages()) await each.getByText('Device e1 is lost').waitFor();
    expect(await page.title()).toMatch(/^\(1\) /);
    expect(await page.locator('.topology .node.amiss').count()).toBe(1);
  });

  test('sees the gateway above everything else, and nothing of the device', async () => {
    cluster.process('gateway').kill('SIGKILL');
    for (const each of pages()) {
      await each.getByRole('heading', { name: 'The gateway cannot be reached' }).waitFor();
      expect(await each.locator('.problems').count()).toBe(0);
      expect(await each.locator('.to-start').count()).toBe(0);
      const banner = each.locator('.gateway-down');
      const text = await banner.textContent();
      expect(text).toContain(new URL(cluster.config.gateway.address).host);
      expect(text).toContain('What you see is as of');
      expect(await banner.locator('.command').textContent()).toBe('npx deepthings gateway');
      const [top, main] = [await banner.boundingBox(), await each.locator('main').boundingBox()];
      expect(top!.y).toBe(main!.y);
      expect(await seriousFindings(each)).toEqual([]);
      expect(await overflow(each)).toBe(0);
    }
    expect(await page.title()).toMatch(/^\(!\) /);
  });

  test('has it back by a press of the button, and is told what has not joined yet', async () => {
    cluster.start('gateway');
    await waitUntil(async () => {
      if (await page.getByText('Live', { exact: true }).isVisible()) return true;
      const retry = page.getByRole('button', { name: 'Retry now' });
      if (await retry.isVisible()) await retry.click({ timeout: 500 }).catch(() => {});
      return false;
    });
    await page.locator('.gateway-down').waitFor({ state: 'detached' });
    await page.getByText('1 device has not joined yet').waitFor();
    expect(await page.locator('.problems').count()).toBe(0);
    expect(complaintsOf(page)).toEqual([]);
  });
});
