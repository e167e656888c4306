import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ComputeSetup } from '../../server/compute/messages.js';

const WORKER_FILE = createRequire(import.meta.url).resolve('#compute-worker');

const SETUP: ComputeSetup = {
  model: { name: 'face-detector', width: 96, height: 96 },
  engine: { name: 'onnxruntime', backend: null, threads: 1 },
  stage: { kind: 'fused', depth: 3, grid: { rows: 1, columns: 1 } },
};

/** Loads a model in a compute thread, as a node does, and gives the library a moment to send what it would. */
const LOAD = `
  const { SHARE_ENV, Worker } = require('node:worker_threads');
  const worker = new Worker(process.argv[1], { workerData: JSON.parse(process.argv[2]), env: SHARE_ENV });
  worker.on('message', ({ kind }) => {
    console.log(kind, process.env.ORT_DISABLE_TELEMETRY);
    setTimeout(() => worker.postMessage({ kind: 'close' }), 500);
  });
`;

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'deepthings-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** @returns what the library found in its environment, and the files that it has left in its user's folder. */
async function loaded(environment: Record<string, string>) {
  // The library is silent under CI of its own accord.
  const { CI: _, GITHUB_ACTIONS: __, TF_BUILD: ___, ORT_DISABLE_TELEMETRY: ____, ...inherited } = process.env;
  const env = { ...inherited, HOME: home, XDG_CACHE_HOME: '', TMPDIR: home, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', LOAD, WORKER_FILE, JSON.stringify(SETUP)], {
    env,
  });
  const [kind, disabled] = stdout.trim().split(' ');
  expect(kind).toBe('ready');
  return { disabled, files: await readdir(home, { recursive: true }) };
}

test('onnxruntime keeps nothing about this machine, and so sends nothing to its makers', async () => {
  expect(await loaded({})).toEqual({ disabled: '1', files: [] });
});

test('whoever wants that can have it', async () => {
  expect(await loaded({ ORT_DISABLE_TELEMETRY: '0' })).toMatchObject({ disabled: '0' });
});
