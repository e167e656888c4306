import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { weightsFileBytes } from '../../../server/formats/darknet/weights/darknet-weights.js';
import { builtInNetwork } from '../../../server/model/built-in/registry.js';
import { clusterFile, FACES, runCli, startCli, temporaryFolder } from '../running-cli.js';
import { startFileServer } from './file-server.js';

const BYTES = weightsFileBytes(builtInNetwork('yolov2-tiny'), 20);
const WEIGHTS = new Uint8Array(BYTES);
WEIGHTS[4] = 2;

const pulledPath = (cache: string) => join(cache, 'deepthings', 'models', 'yolov2-tiny.weights');
const pullArgs = (url: string, ...more: string[]) => ['model', 'pull', 'yolov2-tiny', '--from', url, ...more];

describe('model pull', { timeout: 60_000 }, () => {
  test('fetches what cluster.yaml then finds by the name alone', async () => {
    const cache = temporaryFolder();
    const env = { XDG_CACHE_HOME: cache };
    const cluster = clusterFile(FACES.replace('face-detector', 'yolov2-tiny'));
    const before = await runCli(['config', 'check', '-c', cluster], { env });
    expect([before.code, before.stderr + before.stdout]).toEqual([
      2,
      expect.stringContaining('run "deepthings model pull yolov2-tiny" on this machine'),
    ]);

    const server = await startFileServer(WEIGHTS);
    const { code, stdout, stderr } = await runCli(pullArgs(server.url), { env });
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`yolov2-tiny: pulled, 42.9 MiB in ${pulledPath(cache)}`),
    ]);
    expect(stderr).toMatch(/yolov2-tiny: 10 %, .* of 42.9 MiB\n(.*\n)*.*: 100 %/);
    expect(statSync(pulledPath(cache)).size).toBe(BYTES);

    expect((await runCli(['config', 'check', '-c', cluster], { env })).code).toBe(0);
    const list = await runCli(['model', 'list'], { env, cwd: cache });
    expect(list.stdout).toContain(`pulled: ${pulledPath(cache)}`);
    const again = await runCli(pullArgs(server.url), { env });
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('there already')]);
    expect(server.requests).toHaveLength(1);
  });

  test('Ctrl-C keeps what has come, and the next one goes on', async () => {
    const cache = temporaryFolder();
    const env = { XDG_CACHE_HOME: cache };
    const server = await startFileServer(WEIGHTS);
    let sendRest = () => {};
    const rest = new Promise<void>((resolve) => {
      sendRest = resolve;
    });
    server.halfway = () => rest;
    const first = startCli(pullArgs(server.url), { env });
    const part = `${pulledPath(cache)}.part`;
    while (!existsSync(part) || statSync(part).size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await runCli(pullArgs(server.url), { env });
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('is pulling this already')]);
    first.child.kill('SIGINT');
    const { code, stderr } = await first.ended;
    sendRest();
    expect([code, stderr]).toEqual([1, expect.stringContaining('interrupted; pull again to go on')]);
    const list = await runCli(['model', 'list'], { env, cwd: cache });
    expect(list.stdout).toMatch(/42.9 MiB, .* of them are here: deepthings model pull yolov2-tiny/);

    server.halfway = null;
    expect((await runCli(pullArgs(server.url), { env })).code).toBe(0);
    expect(server.requests.at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readFileSync(pulledPath(cache)).equals(WEIGHTS)).toBe(true);
    expect(readdirSync(join(cache, 'deepthings', 'models'))).toEqual(['yolov2-tiny.weights']);
  });

  test('offline it says what to do by hand', async () => {
    const cache = temporaryFolder();
    const { code, stderr } = await runCli(pullArgs('http://user:geheim@127.0.0.1:1/y.weights'), {
      env: { XDG_CACHE_HOME: cache },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('http://127.0.0.1:1/y.weights cannot be reached');
    expect(stderr).toContain(`By hand: fetch yolov2-tiny.weights (${BYTES.toLocaleString('en')} bytes)`);
    expect(stderr).toContain(pulledPath(cache));
    expect(stderr).not.toContain('geheim');
  });

  test('goes through the proxy of the environment', async () => {
    const cache = temporaryFolder();
    const server = await startFileServer(WEIGHTS);
    const proxy = await startProxy(new URL(server.url).port);
    const url = 'http://weights.invalid/yolov2-tiny.weights';
    const env = { XDG_CACHE_HOME: cache, HTTP_PROXY: proxy.address, http_proxy: proxy.address, no_proxy: '' };
    const { code, stderr } = await runCli(pullArgs(url), { env: { ...env, NO_PROXY: '' } });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
    expect(proxy.asked).toEqual([expect.stringContaining('weights.invalid')]);
    expect(statSync(pulledPath(cache)).size).toBe(BYTES);
  });

  test('a file system that takes no more: said, kept and gone on with', async () => {
    const cache = temporaryFolder();
    const server = await startFileServer(WEIGHTS);
    // Files of at most 20 MB: the same to a program as a full disk, and no root is needed for it.
    const cli = createRequire(import.meta.url).resolve('#cli');
    const limited = spawn(
      'sh',
      ['-c', 'ulimit -f 40000; exec "$@"', 'sh', process.execPath, cli, ...pullArgs(server.url)],
      { env: { ...process.env, XDG_CACHE_HOME: cache }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    limited.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(limited, 'close');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/there is no room left in .*: the [0-9.]+ MiB that are there/),
    ]);
    expect((await runCli(pullArgs(server.url), { env: { XDG_CACHE_HOME: cache } })).code).toBe(0);
    expect(server.requests.at(-1)!.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readFileSync(pulledPath(cache)).equals(WEIGHTS)).toBe(true);
  });

  test('a disk that is full', async ({ skip }) => {
    const disk = mountSmallDisk(48);
    if (disk === null) return skip('mounting a small disk needs root');
    const env = { XDG_CACHE_HOME: disk };
    const server = await startFileServer(WEIGHTS);
    writeFileSync(join(disk, 'ballast'), new Uint8Array(30 * 2 ** 20));
    const before = await runCli(pullArgs(server.url), { env });
    expect([before.code, before.stderr]).toEqual([1, expect.stringMatching(/no room left in .*models: free some/)]);
    expect(server.requests, 'nothing was asked for in vain').toHaveLength(0);

    // Full in the middle of it.
    writeFileSync(join(disk, 'ballast'), '');
    server.halfway = async () => writeFileSync(join(disk, 'ballast'), new Uint8Array(20 * 2 ** 20));
    const middle = await runCli(pullArgs(server.url), { env });
    expect([middle.code, middle.stderr]).toEqual([1, expect.stringMatching(/MiB that are there are kept/)]);
    server.halfway = null;
    writeFileSync(join(disk, 'ballast'), '');
    expect((await runCli(pullArgs(server.url), { env })).code).toBe(0);
    return undefined;
  });

  test('what is not to be pulled', async () => {
    const face = await runCli(['model', 'pull', 'face-detector']);
    expect([face.code, face.stderr]).toEqual([2, expect.stringContaining('is built in with its weights')]);
    const unknown = await runCli(['model', 'pull', 'yolov9']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('choose one of')]);
    const from = await runCli(['model', 'pull', 'yolov2', '--from', 'ftp://a/b']);
    expect([from.code, from.stderr]).toEqual([2, expect.stringContaining('--from must be an address')]);
  });
});

/** A tmpfs of so many MiB, gone when the test is over; null where it cannot be had. */
function mountSmallDisk(mebibytes: number): string | null {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
  return folder;
}

/** A proxy that takes every host for the local server on that port, by either way that proxies are asked. */
async function startProxy(port: string) {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url!);
    const { pathname } = new URL(request.url!);
    httpRequest({ port, path: pathname, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    }).end();
  });
  proxy.on('connect', (request, socket) => {
    asked.push(request.url!);
    const target = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}
