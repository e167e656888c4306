import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';
import { complaintsOf, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

let cluster: TestCluster;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector }\nschedule: { heartbeat: { intervalMs: 200 } }' }),
    launchChromium(),
  ]);
  page = await openDashboard(browser, cluster.gateway.address, '#/devices');
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');

async function stateOf(device: string): Promise<string> {
  const { devices } = (await cluster.client.call('getCluster')).json!;
  return devices.find((one) => one.device === device)!.state;
}

describe('somebody who wants to switch a device off', () => {
  test('is asked first, by keyboard alone, and may think better of it', async () => {
    await page.getByRole('button', { name: 'Drain e1' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: /^Drain e1\? It finishes/ }).waitFor();
    await waitUntil(async () => (await focused()) === 'Cancel');
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: /^Drain e1/ }).waitFor({ state: 'detached' });
    await waitUntil(async () => (await focused()) === 'Drain');
    expect(await stateOf('e1')).toBe('live');
  });

  test('drains it, sees when it is drained, and pictures are looked at without it', async () => {
    const card = page.locator('.device-card').nth(1);
    await page.getByRole('button', { name: 'Drain e1' }).press('Enter');
    await page
      .getByRole('group', { name: /^Drain e1/ })
      .getByRole('button', { name: 'Drain e1' })
      .press('Enter');
    await card.getByText('drained', { exact: true }).waitFor();
    await card.getByText('It has finished.').waitFor();
    expect(await stateOf('e1')).toBe('drained');
    const frame = await submit(cluster.client, samplePhoto('sample5.jpg'));
    expect(frame.state).toBe('complete');
    expect(Object.keys(frame.tiles.byDevice)).not.toContain('e1');
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('is reminded of it on the overview, where nothing is called wrong', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Device e1 is drained').waitFor();
    expect(await page.locator('.problems').count()).toBe(0);
    expect(await page.locator('.figure.bad').count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'See the devices' }).click();
  });

  test('has it back', async () => {
    await page.getByRole('button', { name: 'Resume e1' }).click();
    await page.getByRole('button', { name: 'Drain e1' }).waitFor();
    expect(await stateOf('e1')).toBe('live');
  });

  test('is told why a device that was stopped cannot be drained', async () => {
    await cluster.devices.get('e2')!.stop();
    const card = page.locator('.device-card').nth(2);
    await card.getByText('Only a device that is live can be drained.').waitFor();
    expect(await card.getByRole('button', { name: 'Drain e2' }).getAttribute('aria-disabled')).toBe('true');
  });

  test('met no error', () => {
    expect(complaintsOf(page)).toEqual([]);
  });
});
