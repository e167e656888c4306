import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';
import { engines } from '../support/wrong-engine.js';
import { complaintsOf, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

vi.mock('../../server/compute/compute-thread.js', async (original) => {
  const { withWrongEngines } = await import('../support/wrong-engine.js');
  return withWrongEngines(await original());
});

let cluster: TestCluster;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({
      yaml: 'model: { name: face-detector }\nschedule: { heartbeat: { intervalMs: 200 } }\naudit: { fraction: 1 }',
    }),
    launchChromium(),
  ]);
  page = await openDashboard(browser, cluster.gateway.address, '#/');
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
  engines.reset();
});

const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');

describe('somebody whose device computes something wrong', () => {
  test('sees it first of all on the overview, and how to fix it', async () => {
    engines.wrong.add(1);
    const frame = await submit(cluster.client, samplePhoto('sample5.jpg'), { source: 'e1' });
    expect(frame.state).toBe('complete');
    const problem = page.locator('.problems li').first();
    await problem.getByText('Device e1 is in quarantine').waitFor();
    await problem.getByText(/Check its memory, its disk and its model's files/).waitFor();
    expect(await page.locator('.problems li').count(), 'said once').toBe(1);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await problem.getByRole('link', { name: 'See the devices' }).click();
  });

  test('finds it on its card, and is asked before it is released', async () => {
    const card = page.locator('.device-card').nth(1);
    await card.getByText('quarantined', { exact: true }).waitFor();
    await card.getByText(/deepthings quarantine release e1/).waitFor();
    expect(await page.getByRole('button', { name: 'Release e0' }).count()).toBe(0);
    await card.getByRole('button', { name: 'Release e1' }).focus();
    await page.keyboard.press('Enter');
    await card.getByRole('group', { name: /^Release e1\? It is given tiles again/ }).waitFor();
    await waitUntil(async () => (await focused()) === 'Cancel');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await card.getByRole('group', { name: /^Release e1/ }).waitFor({ state: 'detached' });
    await waitUntil(async () => (await focused()) === 'Release');
  });

  test('releases it, and nothing is said to be wrong any more', async () => {
    engines.wrong.clear();
    const card = page.locator('.device-card').nth(1);
    await card.getByRole('button', { name: 'Release e1' }).click();
    await card
      .getByRole('group', { name: /^Release e1/ })
      .getByRole('button', { name: 'Release e1' })
      .click();
    await card.getByText('live', { exact: true }).waitFor();
    await card.getByRole('button', { name: 'Release e1' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('.problems').waitFor({ state: 'detached' });
    const frame = await submit(cluster.client, samplePhoto('sample6.jpg'), { source: 'e1' });
    expect(frame.tiles.byDevice.e1).toBeGreaterThan(0);
    expect(complaintsOf(page)).toEqual([]);
  });
});
