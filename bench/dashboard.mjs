// Whether the dashboard stays quick and its memory flat: recorded events, told at 20 frames a second for 10 minutes, while
// somebody clicks and types. `npm run bench:dashboard [seconds]`.
import { setTimeout as sleep } from 'node:timers/promises';
import { launchChromium } from '../scripts/chromium.mjs';
import { recordFrames } from './dashboard-recording.mjs';
import { startReplay } from './dashboard-replay.mjs';

const FRAMES_PER_SECOND = 20;
const SECONDS = Number(process.argv[2] ?? 600);
const RECORDED = 20;
const SLOWEST_MS = 100;
/** From the median of the first third, after the page has filled its lists, to that of the last. */
const MOST_GROWTH = 1.1;
const BETWEEN_INTERACTIONS_MS = 700;
const MEMORY_EVERY_MS = Math.max(2_000, (SECONDS * 1000) / 60);

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
  const heaps = [];
  const startedMs = Date.now();
  let measuredMs = startedMs;
  let interactions = 0;
  for (let step = 0; Date.now() - startedMs < SECONDS * 1000; step++) {
    interactions += await interact(page, step);
    await sleep(BETWEEN_INTERACTIONS_MS);
    if (Date.now() - measuredMs < MEMORY_EVERY_MS) continue;
    measuredMs = Date.now();
    heaps.push(await heapOf(session));
  }
  const counts = await page.evaluate(() => Object.entries(window.counts));
  const durations = counts.flatMap(([duration, count]) => Array(count).fill(Number(duration)));
  report({ durations, interactions, heaps, told: replay.told(), errors });
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
      await page.locator('.frame-link').nth(3).click();
      return 2;
    case 7:
      await page.getByLabel('Show the tiles').click();
      return 1;
    default:
      await page.getByRole('link', { name: views[step % 8], exact: true }).click();
      return 1;
  }
}

async function heapOf(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  return { bytes: value('JSHeapUsedSize'), nodes: value('Nodes') };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function report({ durations, interactions, heaps, told, errors }) {
  const sorted = durations.toSorted((a, b) => a - b);
  const slowest = sorted.at(-1) ?? 0;
  const third = Math.ceil(heaps.length / 3);
  const mib = (bytes) => (bytes / 1024 / 1024).toFixed(2);
  const [first, last] = [heaps.slice(0, third), heaps.slice(-third)].map((part) =>
    median(part.map(({ bytes }) => bytes)),
  );
  const growth = last / first;
  const lines = [
    `${told.frames} frames, ${told.events} events in ${SECONDS} s`,
    `${interactions} interactions; of ${durations.length} events longer than 16 ms: median ${median(sorted) ?? 0} ms, ` +
      `p95 ${sorted[Math.floor(sorted.length * 0.95)] ?? 0} ms, slowest ${slowest} ms (at most ${SLOWEST_MS})`,
    `JavaScript heap after collection: first third ${mib(first)} MiB, last third ${mib(last)} MiB, ` +
      `${growth.toFixed(3)} times (at most ${MOST_GROWTH})`,
    `DOM nodes: ${heaps.at(0)?.nodes} at first, ${heaps.at(-1)?.nodes} at last`,
    `heap: ${heaps.map(({ bytes }) => mib(bytes)).join(' ')}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const error of errors) process.stderr.write(`${error}\n`);
  if (slowest > SLOWEST_MS || growth > MOST_GROWTH || errors.length > 0) process.exitCode = 1;
}
