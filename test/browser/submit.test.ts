import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { complaintsOf, dropPhotos, openDashboard } from './dashboard-page.js';

/** Read off the photograph by eye, in its pixels: left, top, width, height. See test/cluster/faces.test.ts. */
const FACES = [
  [782, 448, 299, 244],
  [1422, 222, 296, 273],
  [343, 400, 291, 236],
] as const;
const PHOTO = { width: 1920, height: 1280 };
/** Chromium's own test picture, given without a question. */
const FAKE_CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Where things are on the screen. */
async function areasOf(locator: Locator): Promise<readonly { x: number; y: number; width: number; height: number }[]> {
  return Promise.all((await locator.all()).map(async (each) => (await each.boundingBox())!));
}

let cluster: ProcessCluster;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startProcessCluster(
      'model: { name: face-detector }\nschedule: { heartbeat: { intervalMs: 200, lostAfterMs: 1000 } }',
    ),
    launchChromium(FAKE_CAMERA),
  ]);
  page = await openDashboard(browser, cluster.config.gateway.address, '#/');
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
});

describe('a person at the dashboard', () => {
  test('drops a picture on it and sees its tiles change hands', async () => {
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'No pictures yet: three ways to start' }).waitFor();
    // Every state of every tile that the page shows, as it changes.
    await page.evaluate(() => {
      const seen = new Set<string>();
      Object.assign(window, { seen });
      const note = (): void => {
        for (const tile of document.querySelectorAll('.stage-tile')) {
          const { tile: id, state } = (tile as SVGElement).dataset;
          seen.add(`${id ?? '-'} ${state ?? 'waiting'}`);
        }
      };
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await dropPhotos(page, 'sample1.jpg');
    await page.getByText('9 of 9', { exact: true }).waitFor();
    expect(new URL(page.url()).hash).toBe('#/submit');
    await waitUntil(async () => (await page.locator('.stage-tile.done').count()) === 9);
    const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
    const states = new Set(seen.map((each) => each.split(' ')[1]));
    expect(states.has('done')).toBe(true);
    expect(states.size, `more than the end is seen: ${seen.join(', ')}`).toBeGreaterThan(1);
  });

  test('sees the boxes where the faces are', async () => {
    await page.locator('.stage image').waitFor();
    const [picture] = await areasOf(page.locator('.stage image'));
    const boxes = await areasOf(page.locator('.stage-box .line'));
    expect(boxes).toHaveLength(FACES.length);
    const scale = picture!.width / PHOTO.width;
    expect(picture!.height / PHOTO.height).toBeCloseTo(scale, 2);
    for (const [x, y, width, height] of FACES) {
      const centre = { x: picture!.x + (x + width / 2) * scale, y: picture!.y + (y + height / 2) * scale };
      const around = boxes.filter(
        (box) => box.x < centre.x && centre.x < box.x + box.width && box.y < centre.y && centre.y < box.y + box.height,
      );
      expect(around, `one box around the face at ${x}, ${y}`).toHaveLength(1);
      expect(around[0]!.width / (width * scale)).toBeCloseTo(1, 0);
    }
  });

  test('hides what the model is less sure of', async () => {
    const slider = page.getByLabel('Minimum score');
    await slider.focus();
    await slider.fill('0.75');
    expect(await page.locator('.stage-box').count()).toBe(2);
    await slider.fill('0');
    expect(await page.locator('.stage-box').count()).toBe(3);
  });

  test('opens the timeline of the frame, and finds it again by its address', async () => {
    await page.getByRole('link', { name: 'Timeline and bytes' }).click();
    await waitUntil(async () => (await page.locator('.gantt-bar').count()) === 9);
    expect(await page.locator('.gantt-lane .device-mark').count()).toBeGreaterThan(0);
    const readout = page.locator('.gantt-readout');
    const bar = page.locator('.gantt-bar .compute').first();
    await bar.hover();
    expect(await readout.textContent()).toMatch(/^Tile \d on e\d:.*compute [\d.]+.ms/);
    await page.reload();
    await waitUntil(async () => (await page.locator('.gantt-bar').count()) === 9);
    await waitUntil(async () => (await page.locator('.stage-box').count()) === 3);
  });

  test.each([
    ['Annotated picture', /-annotated\.jpg$/],
    ['Detections (JSON)', /-detections\.json$/],
    ['Trace (for Perfetto)', /-trace\.json$/],
  ])('takes away: %s', async (button, name) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(name);
  });

  test('sees on the overview how many frames a second there were, and how long they took', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('img', { name: /^Frames a second over/ }).waitFor();
    await page.getByRole('img', { name: /^Latency of frames/ }).waitFor();
    expect(await page.getByText('No frames in the last five minutes.').count()).toBe(0);
  });

  test('finds the frame in the history, and not among the failed ones', async () => {
    await page.getByRole('link', { name: 'History' }).click();
    await page.locator('.thumbnail img').first().waitFor();
    await page.getByLabel('Label found').selectOption('face');
    await waitUntil(async () => (await page.locator('table.frames tbody tr').count()) === 1);
    await page.getByLabel('State').selectOption('failed');
    await page.getByText('No frames match this filter.').waitFor();
    expect(new URL(page.url()).hash).toBe('#/history?state=failed&label=face');
  });

  test('takes a picture from a webcam, for a source and by a strategy of choice', async () => {
    await page.getByRole('link', { name: 'Submit' }).click();
    await page.getByLabel('Source device').selectOption('e1');
    await page.getByLabel('Strategy').selectOption('ftp-wsh');
    await page.getByRole('button', { name: 'Use a webcam' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByText('nothing found in').first().waitFor();
    const { frames } = (await cluster.client.call('listFrames', { query: { limit: 1 } })).json!;
    expect(frames[0]).toMatchObject({ source: 'e1', strategy: 'ftp-wsh', state: 'complete' });
  });

  test('sees the blocks of a gang as bands, and their timeline', async () => {
    await page.getByLabel('Source device').selectOption('');
    await page.getByLabel('Strategy').selectOption('gang');
    await dropPhotos(page, 'sample1.jpg');
    await page.getByText('3 of 3', { exact: true }).waitFor();
    await waitUntil(async () => (await page.locator('.stage-tile.done').count()) === 3);
    const bands = await areasOf(page.locator('.stage-tile .area'));
    for (const { height, x } of bands.slice(1)) {
      expect(x).toBeCloseTo(bands[0]!.x, 0);
      // As high as its member's share, which follows what the member took for earlier frames.
      expect(height).toBeGreaterThan(0);
    }
    await page.getByRole('link', { name: 'Timeline and bytes' }).click();
    await waitUntil(async () => (await page.locator('.gantt-members .gantt-device').count()) === 3);
    await page.locator('.gantt-bar .compute').first().hover();
    expect(await page.locator('.gantt-readout').textContent()).toMatch(
      /^Member \d on e\d, stage \d+: waited .*, took [\d.]+.m?s/,
    );
    await page.getByRole('heading', { name: 'Blocks' }).waitFor();
  });

  test('works out another plan, by keyboard', async () => {
    await page.getByRole('link', { name: 'Plan' }).click();
    await waitUntil(async () => (await page.getByRole('radio').count()) === 9);
    await page.getByLabel('Columns').focus();
    await page.keyboard.press('ArrowRight');
    await waitUntil(async () => (await page.getByRole('radio').count()) === 12);
    await page.getByRole('radio', { checked: true }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('Tile 5: row 1, column 1').waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#\/plan\?parts=tiles&grid=3x4&depth=\d+&tile=5$/);
  });

  test('is told of a device that was killed, and what to do about it', async () => {
    await page.getByRole('link', { name: 'Overview' }).click();
    cluster.process('e2').kill('SIGKILL');
    await page.getByText('Device e2 is lost').waitFor();
    expect(await page.locator('.problems').textContent()).toContain('deepthings edge e2');
    cluster.start('e2');
    await page.getByText('Device e2 is lost').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Devices' }).click();
    expect(await page.locator('.device-card').nth(2).textContent()).toContain('Not responding:');
  });

  test('sees that the page is stale when the gateway is gone, and live when it is back', async () => {
    cluster.process('gateway').kill('SIGKILL');
    await page.getByText('Stale', { exact: true }).waitFor();
    cluster.start('gateway');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'The gateway cannot be reached' }).waitFor({ state: 'detached' });
  });

  test('met no error, and the page asked nobody but its gateway', () => {
    expect(complaintsOf(page)).toEqual([]);
  });
});
