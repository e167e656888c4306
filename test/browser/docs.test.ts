import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../scripts/chromium.mjs';
import { smallPicture } from '../node/small-cluster.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

/** A reverse proxy that has the node below this path. */
const BELOW = '/at/home';

let cluster: TestCluster;
let browser: Browser;
let proxy: Server;
beforeAll(async () => {
  [cluster, browser] = await Promise.all([
    startTestCluster({ yaml: 'model: { name: face-detector }', devices: 1 }),
    launchChromium(),
  ]);
  proxy = createServer((incoming, outgoing) => {
    const { headers, method } = incoming;
    const target = cluster.gateway.address + incoming.url!.slice(BELOW.length);
    const onward = request(target, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser?.close();
  proxy?.close();
  await cluster?.stop();
});

const NODES = {
  'the gateway': () => cluster.gateway.address,
  'a device': () => cluster.devices.get('e0')!.address,
  'a reverse proxy': () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${BELOW}`,
};

test.each(Object.entries(NODES))('/docs of %s submits a picture file to it', async (_name, addressOf) => {
  const page = await browser.newPage();
  const blocked: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') blocked.push(message.text());
  });
  await page.goto(`${addressOf()}/docs`);
  const operation = page.locator('#operations-frames-submitFrame');
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  const buffer = await smallPicture();
  await operation.locator('input[type=file]').setInputFiles({ name: 'small.jpg', mimeType: 'image/jpeg', buffer });
  await operation.getByRole('button', { name: 'Execute' }).click();
  await operation.locator('.live-responses-table .response-col_status').getByText('202').waitFor();
  expect(await operation.locator('.request-url pre').textContent()).toBe(`${addressOf()}/frames?wait=0&output=true`);
  expect(blocked).toEqual([]);
  await page.close();
});
