import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';
import { openDashboard, seriousFindings } from './dashboard-page.js';

const TOKEN = 'a-token-for-this-test';

let cluster: TestCluster;
let browser: Browser;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector }', devices: 1, token: TOKEN }),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

test('a cluster with a token asks for it, says when it is wrong, and opens when it is right', async () => {
  const page = await openDashboard(browser, cluster.gateway.address, '#/devices');
  const field = page.getByLabel('Token', { exact: true });
  await waitUntil(() => field.evaluate((element) => element === document.activeElement));
  await field.fill('another-one-altogether');
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('does not accept this token').waitFor();
  await page.getByLabel('Token', { exact: true }).fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.locator('.device-card').waitFor();
  await page.reload();
  await page.locator('.device-card').waitFor();
  await page.context().close();
});
