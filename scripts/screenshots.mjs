// Takes the pictures of the dashboard that README.md and docs/dashboard.md show: every view, in both themes, wide and on a
// phone. Run it with `npm run screenshots`.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { launchChromium } from './chromium.mjs';
import { samplePhotoPath, startDemoCluster } from './demo-cluster.mjs';

const FOLDER = fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** A page that is longer is cut off: a picture of it would say no more. */
const LONGEST_PX = 1500;
const COLOURS = 80;

/** A camera for each photograph. */
const CAMERAS = { 1: 'door', 3: 'yard', 4: 'garage', 5: 'kitchen', 6: 'gate' };

mkdirSync(FOLDER, { recursive: true });
const browser = await launchChromium();
let cluster;
try {
  cluster = await startDemoCluster('name: workshop\nmodel: { name: nanodet }', 12, 0);
  await takeFirstRun();
  await cluster.stop();
  cluster = await startDemoCluster(
    'name: workshop\nmodel: { name: nanodet }\npartition: { grid: 3x3 }\n' +
      'schedule: { strategy: ftp-wst-s, heartbeat: { intervalMs: 300, lostAfterMs: 1500 } }',
    4,
  );
  await submitSome();
  for (const theme of ['light', 'dark']) {
    await takeAll(theme, 'wide', WIDE);
    await takeAll(theme, 'phone', PHONE);
  }
  await takeGang();
  await takeTrouble();
} finally {
  await browser.close();
  await cluster?.stop();
}

async function submitSome() {
  for (let round = 0; round < 4; round++) {
    await Promise.all([1, 3, 4, 5, 6].map((number) => submit(number)));
    await sleep(1_000);
  }
}

async function submit(number, query = 'wait=30') {
  const answer = await fetch(`${cluster.address}/frames?camera=${CAMERAS[number]}&${query}`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: readFileSync(samplePhotoPath(number)),
  });
  return answer.json();
}

async function openPage(theme, viewport) {
  const page = await browser.newPage({ viewport, colorScheme: theme, deviceScaleFactor: 1 });
  page.on('pageerror', (error) => process.stderr.write(`screenshots: ${error.stack}\n`));
  page.on('console', (message) => message.type() === 'error' && process.stderr.write(`console: ${message.text()}\n`));
  return page;
}

async function takeAll(theme, name, viewport) {
  const page = await openPage(theme, viewport);
  const take = async (view) => save(page, `${view}-${theme}-${name}`);
  await page.goto(`${cluster.address}/#/`);
  await page.getByText('Live', { exact: true }).waitFor();
  const busy = keepBusy();
  await sleep(2_500);
  await take('overview');
  await busy.stop();

  await page.goto(`${cluster.address}/#/submit`);
  await page.locator('input[type=file]').setInputFiles(samplePhotoPath(5));
  await page.locator('.stage-box').first().waitFor();
  await page.locator('.stage image').waitFor();
  await sleep(500);
  await take('submit');

  const { id } = await submit(1);
  await page.goto(`${cluster.address}/#/frames/${id}`);
  await page.locator('.gantt-bar').first().waitFor();
  await page.locator('.stage image').waitFor();
  await sleep(500);
  await take('frame');

  await page.goto(`${cluster.address}/#/history`);
  await page.locator('.thumbnail img').first().waitFor();
  await sleep(700);
  await take('history');
  await page.goto(`${cluster.address}/#/plan`);
  await page.locator('.segment-maps').waitFor();
  await take('plan');
  await page.goto(`${cluster.address}/#/devices`);
  await page.locator('.device-card').first().waitFor();
  await take('devices');
  await page.close();
}

/** A frame after the other, for lights on links. */
function keepBusy() {
  let isStopped = false;
  const run = async () => {
    for (let number = 0; !isStopped; number++) {
      await submit([1, 3, 4, 5, 6][number % 5]);
      await sleep(450);
    }
  };
  const running = run();
  return {
    stop: async () => {
      isStopped = true;
      await running;
    },
  };
}

/** A frame of a gang, and the blocks of its plan. */
async function takeGang() {
  const page = await openPage('light', WIDE);
  // The first block of a device loads the layers.
  for (let i = 0; i < 3; i++) await submit(6, 'wait=30&strategy=gang');
  const { id } = await submit(6, 'wait=30&strategy=gang');
  await page.goto(`${cluster.address}/#/frames/${id}`);
  await page.locator('.gantt-bar').first().waitFor();
  await page.locator('.stage image').waitFor();
  await sleep(500);
  await save(page, 'gang-frame-light-wide');
  await page.goto(`${cluster.address}/#/plan?parts=blocks`);
  await page.locator('.segment-maps').first().waitFor();
  await save(page, 'gang-plan-light-wide');
  await page.close();
}

/** A new cluster of which no device has joined. */
async function takeFirstRun() {
  for (const [theme, name, viewport] of [
    ['light', 'wide', WIDE],
    ['dark', 'phone', PHONE],
  ]) {
    const page = await openPage(theme, viewport);
    await page.goto(`${cluster.address}/#/`);
    await page.locator('.first-run').waitFor();
    await save(page, `first-run-${theme}-${name}`);
    await page.locator('.to-start summary').click();
    await save(page, `devices-to-start-${theme}-${name}`);
    await page.close();
  }
}

/** A device is lost, then the gateway. */
async function takeTrouble() {
  const [page, phone] = [await openPage('light', WIDE), await openPage('dark', PHONE)];
  for (const each of [page, phone]) {
    await each.goto(`${cluster.address}/#/`);
    await each.getByText('Live', { exact: true }).waitFor();
  }
  await cluster.kill('e2');
  await page.getByText('Device e2 is lost').waitFor();
  await save(page, 'trouble-device-light-wide');
  await cluster.kill('gateway');
  for (const [each, name] of [
    [page, 'light-wide'],
    [phone, 'dark-phone'],
  ]) {
    await each.locator('.gateway-down h2').waitFor();
    await save(each, `trouble-gateway-${name}`);
    await each.close();
  }
}

async function save(page, name) {
  // What comes into sight is loaded then.
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      scrollTo({ top: y, behavior: 'instant' });
      await new Promise((resolve) => setTimeout(resolve, 450));
    }
    scrollTo({ top: 0, behavior: 'instant' });
  });
  await sleep(700);
  // Else the pointer of the last click shows.
  await page.mouse.move(0, 0);
  const png = await page.screenshot({ fullPage: true });
  const image = sharp(png);
  const { width, height } = await image.metadata();
  const { size } = await image
    .extract({ left: 0, top: 0, width, height: Math.min(height, name.endsWith('phone') ? 2 * LONGEST_PX : LONGEST_PX) })
    .png({ palette: true, colours: COLOURS, compressionLevel: 9, effort: 8 })
    .toFile(join(FOLDER, `${name}.png`));
  process.stdout.write(`${name}: ${width} x ${height}, ${Math.round(size / 1024)} KiB\n`);
}
