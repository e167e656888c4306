import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { VGG_LIKE_CFG } from '../support/vgg-like.js';
import { complaintsOf, dropPhotos, openDashboard, overflow, seriousFindings } from './dashboard-page.js';

const KINDS = [
  'barn owl',
  'beech',
  'bicycle',
  'brook',
  'buttercup',
  'canoe',
  'a thing with a name that is far too long for it',
];

const folder = mkdtempSync(join(tmpdir(), 'deepthings-classes-'));
let cluster: TestCluster;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  const [cfg, labels] = [join(folder, 'small.cfg'), join(folder, 'small.names')];
  writeFileSync(cfg, VGG_LIKE_CFG);
  writeFileSync(labels, KINDS.join('\n'));
  const yaml = `model: { cfg: ${cfg}, labels: ${labels}, weights: 'synthetic:3' }\npartition: { grid: 4x3, fusedDepth: 5 }`;
  [cluster, browser] = await Promise.all([startTestCluster({ yaml }), launchChromium()]);
  page = await openDashboard(browser, cluster.gateway.address, '#/');
});
afterAll(async () => {
  await browser?.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true });
});

/** Label and score of each row. */
async function classesOn(shown: Page): Promise<readonly string[][]> {
  const rows = await shown.locator('.detections tbody tr').all();
  return Promise.all(
    rows.map(async (row) => [(await row.locator('th').textContent())!, (await row.locator('td').textContent())!]),
  );
}

describe('a cluster with a classifier', () => {
  test('shows the five best classes of a dropped picture, surest first', async () => {
    await dropPhotos(page, 'sample2.jpg');
    await page.getByRole('heading', { name: 'Best classes' }).waitFor();
    const { json } = await cluster.client.call('listFrames', {});
    const classes = json!.frames[0]!.classification!;
    expect(classes).toHaveLength(5);
    const shown = await classesOn(page);
    expect(shown.map(([label]) => label)).toEqual(classes.map(({ label }) => label));
    expect(shown.map(([, score]) => score)).toEqual(classes.map(({ score }) => score.toFixed(2)));
    expect(await page.locator('.stage-box').count()).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
  });

  test('has them on the page of the frame as well, also on a phone, with nothing of boxes', async () => {
    const { json } = await cluster.client.call('listFrames', {});
    const frame = json!.frames[0]!;
    const phone = await openDashboard(browser, cluster.gateway.address, `#/frames/${frame.id}`, {
      theme: 'dark',
      width: 360,
    });
    await phone.getByRole('heading', { name: 'Best classes' }).waitFor();
    expect((await classesOn(phone)).map(([label]) => label)).toEqual(frame.classification!.map(({ label }) => label));
    expect(await overflow(phone)).toBe(0);
    expect(await seriousFindings(phone)).toEqual([]);
    expect(complaintsOf(phone)).toEqual([]);
  });
});
