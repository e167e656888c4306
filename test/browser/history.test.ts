import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';
import { complaintsOf, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

let cluster: TestCluster;
let browser: Browser;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector }', devices: 1 }),
    launchChromium(),
  ]);
  const body = { mediaType: 'image/jpeg', bytes: samplePhoto('sample1.jpg') };
  await cluster.client.call('submitFrame', { query: { wait: 60 }, body, timeoutMs: 70_000 });
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

test.each([
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 360 },
] as const)('History is narrowed by score and by time: %o', async (look) => {
  const page = await openDashboard(browser, cluster.gateway.address, '#/history', look);
  const rows = page.locator('[aria-label="Frames, newest first"], table').locator('a[href^="#/frames/"]').first();
  await rows.waitFor();
  const score = page.getByLabel('Minimum score in %');
  const listed = page.locator('table.frames tbody tr');
  const before = await listed.count();
  await score.fill('100');
  // A frame that comes meanwhile leaves what is being typed.
  await submit(cluster.client, samplePhoto('sample1.jpg'));
  await waitUntil(async () => (await listed.count()) > before);
  expect(await score.inputValue()).toBe('100');
  await score.press('Tab');
  await page.getByText('No frames match this filter.').waitFor();
  await page.getByLabel('Minimum score in %').fill('15');
  await page.getByLabel('Minimum score in %').press('Tab');
  await rows.waitFor();
  expect(page.url()).toContain('minScore=0.15');
  await page.getByRole('button', { name: 'Last hour' }).click();
  await page.waitForURL(/from=/);
  await rows.waitFor();
  await page.getByRole('button', { name: 'Any time' }).click();
  await page.waitForURL((url) => !url.hash.includes('from='));
  expect(await overflow(page)).toBe(0);
  expect(await seriousFindings(page)).toEqual([]);
  expect(complaintsOf(page)).toEqual([]);
});

test('a frame is zoomed and moved, its neighbour is a link away, and it is deleted when that was confirmed', async () => {
  const body = { mediaType: 'image/jpeg', bytes: samplePhoto('sample2.jpg') };
  const query = { wait: 60, camera: 'door', tags: ['night', 'room:hall'] };
  const { json } = await cluster.client.call('submitFrame', { query, body, timeoutMs: 70_000 });
  const page = await openDashboard(browser, cluster.gateway.address, `#/frames/${json!.id}`);
  const drawing = page.locator('.stage > svg');
  await drawing.locator('image').waitFor();
  for (const fact of ['door', 'night, room:hall']) await page.locator('dd').getByText(fact, { exact: true }).waitFor();
  const seen = async () =>
    (await drawing.getAttribute('viewBox'))!.split(' ').map(Number) as [number, number, number, number];
  const whole = await seen();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  const closer = await seen();
  expect(closer[2]).toBeCloseTo(whole[2] / 1.5);
  const box = (await drawing.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - 40, box.y + box.height / 2);
  await page.mouse.up();
  expect((await seen())[0] - closer[0]).toBeCloseTo((40 / box.width) * closer[2]);
  await page.getByRole('button', { name: 'Whole picture' }).click();
  expect(await seen()).toEqual(whole);
  expect(await seriousFindings(page)).toEqual([]);

  await page.getByRole('link', { name: 'Older frame' }).click();
  await page.getByRole('link', { name: 'Newer frame' }).click();
  await page.getByRole('heading', { name: `Frame ${json!.id}` }).waitFor();
  await page.getByRole('button', { name: 'Delete the frame…' }).click();
  expect(
    await page.getByRole('button', { name: 'Cancel' }).evaluate((button) => button === document.activeElement),
  ).toBe(true);
  await page.getByRole('button', { name: 'Delete the frame', exact: true }).click();
  await page.waitForURL(/#\/history/);
  await expect(cluster.client.call('getFrame', { path: { frame: json!.id } })).rejects.toMatchObject({
    code: 'DT_FRAME_UNKNOWN',
  });
  expect(complaintsOf(page)).toEqual([]);
});
