// The browser of browser tests, screenshots and the dashboard's benchmark: Chromium as the system has it. Nothing is
// downloaded.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** It asks nobody anything: no updates, no field trials, nothing in the background. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const HOW_TO_INSTALL =
  'There is no Chromium here. On Debian or Ubuntu install it with "apt-get install chromium"; elsewhere set CHROME_BIN to ' +
  'the path of a Chromium or Chrome.';

/** Where a Chromium is; null when there is none. */
export function findChromium() {
  const named = process.env.CHROME_BIN;
  if (named !== undefined && named !== '') return existsSync(named) ? named : null;
  return USUAL_PATHS.find((path) => existsSync(path)) ?? null;
}

/** Starts it headless, with an empty profile of its own that goes with it, and with more flags where they are wanted. */
export async function launchChromium(flags = []) {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error(HOW_TO_INSTALL);
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...flags] });
}
