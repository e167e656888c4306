import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import { holdPullLock } from '../../../server/cli/model/pull/pull-lock.js';
import { progressBar } from '../../../server/cli/model/pull/pull-progress.js';
import { type PullOptions, pullWeights } from '../../../server/cli/model/pull/pull-weights.js';
import { weightsFileBytes } from '../../../server/formats/darknet/weights/darknet-weights.js';
import { convolution, networkOf } from '../../model/small-networks.js';
import { temporaryFolder } from '../running-cli.js';
import { type FileServer, startFileServer } from './file-server.js';

const network = networkOf({ channels: 3, height: 16, width: 16 }, [convolution({ filters: 512 }), convolution()]);
/** As Darknet 0.2 writes it: some 90 kB. */
const FILE = new Uint8Array(weightsFileBytes(network, 20)).map((_, i) => (i < 20 ? 0 : i * 7));
FILE[4] = 2;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const dispatcher = new Agent();
afterAll(() => dispatcher.destroy());

function pull(target: string, urls: readonly string[], more: Partial<PullOptions> = {}): Promise<string> {
  return pullWeights({
    network,
    sources: urls.map((url) => ({ url, headers: {} })),
    target,
    dispatcher,
    signal: new AbortController().signal,
    onProgress: () => {},
    backoff: { firstMs: 1, mostMs: 2 },
    ...more,
  });
}

/** An interrupted pull: the signal is given when `share` of the file is there. */
async function interrupt(target: string, url: string): Promise<void> {
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await expect(pull(target, [url], { signal: controller.signal, onProgress })).rejects.toMatchObject({
    code: 'DT_PULL_INTERRUPTED',
  });
}

describe('a pull', () => {
  test('puts the whole file where it belongs, and nothing else', async () => {
    const server = await startFileServer(FILE);
    const target = join(temporaryFolder(), 'models', 'a.weights');
    const seen: number[] = [];
    const digest = await pull(target, [server.url], { onProgress: (bytes) => seen.push(bytes) });
    expect(new Uint8Array(readFileSync(target))).toEqual(FILE);
    expect(digest).toBe(sha256(FILE));
    expect(readdirSync(join(target, '..'))).toEqual(['a.weights']);
    expect(seen.at(-1)).toBe(FILE.length);
  });

  test('goes on by itself where a server breaks off', async () => {
    const server = await startFileServer(FILE);
    let [received, answers] = [0, 0];
    // Twice, each time when what was sent has come.
    server.halfway = async () => {
      answers++;
      server.breaksOff = answers <= 2;
      const sent = FILE.length * [0.5, 0.75, 0.875][answers - 1]!;
      while (received < Math.floor(sent) - 2) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const target = join(temporaryFolder(), 'a.weights');
    await pull(target, [server.url], { onProgress: (bytes) => (received = bytes) });
    expect(new Uint8Array(readFileSync(target))).toEqual(FILE);
    expect(server.requests.map(({ ifRange }) => ifRange)).toEqual([undefined, '"one"', '"one"']);
  });

  test('that was interrupted is resumed by the next one', async () => {
    const server = await startFileServer(FILE);
    const target = join(temporaryFolder(), 'a.weights');
    await interrupt(target, server.url);
    const kept = readFileSync(`${target}.part`).length;
    expect(kept).toBeGreaterThan(0);
    await pull(target, [server.url]);
    expect(server.requests.at(-1)).toEqual({ range: `bytes=${kept}-`, ifRange: '"one"' });
    expect(new Uint8Array(readFileSync(target))).toEqual(FILE);
  });

  test.each([
    ['takes no notice of Range', { ranges: false }],
    ['has another version now', { etag: '"two"' }],
    ['told versions apart by a weak ETag only', {}, { etag: 'W/"one"' }],
    ['told no versions apart', {}, { etag: null }],
  ])('begins anew where the server %s', async (_name, now: Partial<FileServer>, before: Partial<FileServer> = {}) => {
    const server = await startFileServer(FILE.map((byte, i) => (i < 20 ? byte : byte + 1)));
    Object.assign(server, before);
    const target = join(temporaryFolder(), 'a.weights');
    await interrupt(target, server.url);
    Object.assign(server, now, { bytes: FILE });
    await pull(target, [server.url]);
    expect(new Uint8Array(readFileSync(target))).toEqual(FILE);
  });

  test('begins anew where the rest that it asks for is not there', async () => {
    const server = await startFileServer(FILE);
    const target = join(temporaryFolder(), 'a.weights');
    await interrupt(target, server.url);
    server.status = 416;
    const onProgress = () => {};
    const pulled = pull(target, [server.url], { onProgress, backoff: { firstMs: 50, mostMs: 50 } });
    while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    server.status = null;
    await pulled;
    expect(server.requests.at(-1)!.range).toBeUndefined();
    expect(new Uint8Array(readFileSync(target))).toEqual(FILE);
  });

  test('goes to the second source when the first has it not', async () => {
    const [first, second] = [await startFileServer(FILE), await startFileServer(FILE)];
    first.status = 404;
    const target = join(temporaryFolder(), 'a.weights');
    await pull(target, [first.url, second.url]);
    expect(first.requests).toHaveLength(1);
    expect(new Uint8Array(readFileSync(target))).toEqual(FILE);
  });

  test.each([
    [
      'a checksum that differs',
      { bytes: FILE },
      /right length with the SHA-256 [0-9a-f]{64}, not 0{64}/,
      '0'.repeat(64),
    ],
    ['a length that differs', { bytes: FILE.slice(8) }, /has \d+ bytes .* and the model's weights have \d+ or \d+/],
    [
      'fewer bytes than it should, without saying so',
      { bytes: FILE.slice(0, -8), tellsLength: false },
      /ends within layer 1/,
    ],
    [
      'more bytes than it should, without saying so',
      { bytes: Buffer.concat([FILE, FILE]), tellsLength: false },
      /gives more/,
    ],
    ['a page', { bytes: Buffer.from('<html>') }, /has 6 bytes/],
    ['nothing for long', { status: 503 }, /answered 503/],
  ])('fails with %s, and keeps nothing of it', async (_name, server, message, wanted?: string) => {
    const bad = Object.assign(await startFileServer(FILE), server);
    const target = join(temporaryFolder(), 'a.weights');
    await expect(pull(target, [bad.url], { sha256: wanted })).rejects.toMatchObject({
      code: 'DT_PULL_FAILED',
      message: expect.stringMatching(message),
    });
    expect(readdirSync(join(target, '..'))).toEqual([]);
  });

  test('fails where no source can be reached, and says why at each', async () => {
    const target = join(temporaryFolder(), 'a.weights');
    const urls = ['http://127.0.0.1:1/a.weights', 'http://127.0.0.1:9/a.weights'];
    await expect(pull(target, urls)).rejects.toMatchObject({
      message: expect.stringMatching(/127.0.0.1:1\/a.weights cannot be reached .*\n.*127.0.0.1:9\/a.weights cannot/),
    });
  });
});

describe('two pulls at once', () => {
  test('are told of each other, and a lock that was left behind is taken over', async () => {
    const target = join(temporaryFolder(), 'a.weights');
    const release = await holdPullLock(target);
    await expect(holdPullLock(target)).rejects.toMatchObject({
      code: 'DT_PULL_RUNS',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await release();
    expect(existsSync(`${target}.lock`)).toBe(false);
    // No process has this id: Linux gives none above 2^22.
    writeFileSync(`${target}.lock`, String(2 ** 22 + 1));
    await (await holdPullLock(target))();
  });
});

test('the bar shows share, bytes, rate and time left', () => {
  const bar = progressBar({ bytes: 50 * 2 ** 20, total: 200 * 2 ** 20, startBytes: 10 * 2 ** 20, elapsedMs: 8_000 });
  expect(bar).toBe('[######                  ] 25 %  50.0 MiB of 200 MiB, 5.00 MiB/s, 30.0 s left');
});
