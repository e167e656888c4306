// Whether the dashboard stays quick and its memory flat: recorded events, told at 20 frames a second for 10 minutes, while
// somebody clicks and types. `npm run bench:dashboard [seconds]`.
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../scripts/chromium.mjs';
import { recordFrames } from './dashboard-recording.mjs';
import { startReplay } from './dashboard-replay.mjs';
import { heapOf } from './heap-snapshot.mjs';

const FRAMES_PER_SECOND = 20;
const SECONDS = Number(process.argv[2] ?? 600);
const RECORDED = 20;
const SLOWEST_MS = 100;
/** Of what the page's script holds, from a third of the time, when it has filled its lists, to the end. */
const MOST_GROWTH = 1.1;
const BETWEEN_INTERACTIONS_MS = 700;

const recording = await recordFrames(RECORDED);
const replay = await startReplay(recording, FRAMES_PER_SECOND);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.stack));
  // Chromium's own measure: from an input to the next picture that shows what came of it, in steps of 8 ms.
  // Counted, not kept: what is measured must not grow by being measured.
  await page.addInitScript(() => {
    const counts = {};
    Object.assign(window, { counts });
    new PerformanceObserver((list) => {
      for (const { interactionId, duration } of list.getEntries()) {
        if (interactionId > 0) counts[duration] = (counts[duration] ?? 0) + 1;
      }
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  });
  await page.goto(`${replay.address}/#/`);
  await page.getByText('Live', { exact: true }).waitFor();

  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const overview = async () => {
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await sleep(BETWEEN_INTERACTIONS_MS);
  };
  let first = null;
  const startedMs = Date.now();
  let interactions = 0;
  for (let step = 0; Date.now() - startedMs < SECONDS * 1000; step++) {
    interactions += await interact(page, step);
    await sleep(BETWEEN_INTERACTIONS_MS);
    if (first !== null || Date.now() - startedMs < (SECONDS * 1000) / 3) continue;
    await overview();
    first = { ...(await heapOf(session)), nodes: await nodesOf(session) };
  }
  await overview();
  const last = { ...(await heapOf(session)), nodes: await nodesOf(session) };
  const counts = await page.evaluate(() => Object.entries(window.counts));
  const durations = counts.flatMap(([duration, count]) => Array(count).fill(Number(duration)));
  report({ durations, interactions, first, last, told: replay.told(), errors });
} finally {
  await browser.close();
  await replay.stop();
}

/** One thing that a person does; returns how many inputs it took. */
async function interact(page, step) {
  const views = ['Overview', 'Submit', 'History', 'Plan', 'Devices'];
  switch (step % 8) {
    case 5:
      await page.getByRole('link', { name: 'Plan' }).click();
      await page.getByLabel('Rows').press(step % 16 < 8 ? 'ArrowRight' : 'ArrowLeft');
      return 2;
    case 6:
      await page.getByRole('link', { name: 'Overview' }).click();
      await page.locator('.picture-tile').nth(3).click();
      return 2;
    case 7:
      await page.getByLabel('Show the tiles').click();
      return 1;
    default:
      await page.getByRole('link', { name: views[step % 8], exact: true }).click();
      return 1;
  }
}

async function nodesOf(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'Nodes').value;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function report({ durations, interactions, first, last, told, errors }) {
  const sorted = durations.toSorted((a, b) => a - b);
  const slowest = sorted.at(-1) ?? 0;
  const mib = (bytes) => (bytes / 1024 / 1024).toFixed(2);
  const growth = last.held / first.held;
  const lines = [
    `${told.frames} frames, ${told.events} events in ${SECONDS} s`,
    `${interactions} interactions; of ${durations.length} events longer than 16 ms: median ${median(sorted) ?? 0} ms, ` +
      `p95 ${sorted[Math.floor(sorted.length * 0.95)] ?? 0} ms, slowest ${slowest} ms (at most ${SLOWEST_MS})`,
    `held by the page's script after collection: after a third ${mib(first.held)} MiB, at the end ${mib(last.held)} MiB, ` +
      `${growth.toFixed(3)} times (at most ${MOST_GROWTH})`,
    `compiled code: ${mib(first.code)} MiB, ${mib(last.code)} MiB; DOM nodes: ${first.nodes}, ${last.nodes}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const error of errors) process.stderr.write(`${error}\n`);
  if (slowest > SLOWEST_MS || growth > MOST_GROWTH || errors.length > 0) process.exitCode = 1;
}
