import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { samplePhoto } from '../support/frames.js';

export interface Look {
  readonly theme: 'light' | 'dark';
  readonly width: number;
}

export const WIDE: Look = { theme: 'light', width: 1280 };

/** Everything that a page complained about; a test expects it to stay empty. */
const complaints = new WeakMap<Page, string[]>();

/**
 * A page with nothing of earlier ones, at a route of the dashboard.
 *
 * @param prepare done before the page asks for anything.
 */
export async function openDashboard(
  browser: Browser,
  address: string,
  route: string,
  look = WIDE,
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 800 },
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const said: string[] = [];
  complaints.set(page, said);
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) said.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(blob|data):/.test(url)) said.push(`asked for ${url}`);
  });
  await prepare(page);
  await page.goto(`${address}/${route}`);
  return page;
}

export function complaintsOf(page: Page): readonly string[] {
  return complaints.get(page) ?? [];
}

/** Drops photographs on the page, as from a folder beside the browser. */
export async function dropPhotos(page: Page, ...names: string[]): Promise<void> {
  const files = names.map((name) => ({ name, base64: Buffer.from(samplePhoto(name)).toString('base64') }));
  const transfer = await page.evaluateHandle((dropped) => {
    const data = new DataTransfer();
    for (const { name, base64 } of dropped) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/jpeg' }));
    }
    return data;
  }, files);
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds serious or critical, as lines to read. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const findings = await page.evaluate(async () => {
    const inPage = (window as unknown as { axe: { run: () => Promise<{ violations: Finding[] }> } }).axe;
    return (await inPage.run()).violations;
  });
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** How many pixels the page is wider than its window; 0 when nothing sticks out. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
