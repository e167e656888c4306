import { readFileSync } from 'node:fs';
import { samplePhotoPath } from '../imaging/sample-photos.js';
import type { RequestCosts } from '../simulation/cost-model.js';
import { leastCpuMs } from './cpu-time.js';
import { type MeasuredClient, withCluster } from './measured-cluster.js';

const SMALL = 300;
const LARGE = 40;
const ROUNDS = 3;
const MIB = 2 ** 20;
const MODEL = { model: { name: 'face-detector' } };

/**
 * Measures requests over the loopback with the client and the nodes that clusters use: first both ends in this process,
 * then with a node in a process of its own, which tells the client's share.
 */
export async function measureRequests(onStep: (what: string) => void): Promise<RequestCosts> {
  onStep('requests');
  const both = await withCluster(MODEL, 'both', async (client) => {
    const small = await steals(client);
    return { ...small, large: await maps(client) };
  });
  const alone = await withCluster(MODEL, 'none', steals);
  const clientMs = Math.min(both.ms, alone.ms);
  return {
    clientMs,
    serverMs: Math.max(0, both.ms - clientMs),
    msPerMiB: Math.max(0, both.large.ms - both.ms) / (both.large.bytes / MIB) / 2,
    questionBytes: Math.round(alone.questionBytes),
    answerBytes: Math.round(alone.answerBytes),
  };
}

/** Asks the gateway for a victim, as an idle device does. */
async function steals(client: MeasuredClient) {
  const json = { thief: 'e0', sequence: 1, waitMs: 0 };
  const ask = () => client.call('stealTask', { json, timeoutMs: 10_000 });
  const before = client.bytes();
  const ms = await leastCpuMs(ROUNDS, async () => {
    for (let times = 0; times < SMALL; times++) await ask();
  });
  const after = client.bytes();
  const asked = (ROUNDS + 1) * SMALL;
  return {
    ms: ms / SMALL,
    questionBytes: (after.written - before.written) / asked - JSON.stringify(json).length,
    answerBytes: (after.read - before.read) / asked,
  };
}

/** Fetches merged maps from the gateway. */
async function maps(client: MeasuredClient): Promise<{ ms: number; bytes: number }> {
  const { json: frame } = await client.call('submitFrame', {
    query: { wait: 60 },
    body: { mediaType: 'image/jpeg', bytes: readFileSync(samplePhotoPath('sample1.jpg')) },
    timeoutMs: 70_000,
  });
  const fetch = () => client.call('getFrameOutput', { path: { frame: frame!.id } });
  const { byteLength } = (await fetch()).bytes;
  const ms = await leastCpuMs(ROUNDS, async () => {
    for (let times = 0; times < LARGE; times++) await fetch();
  });
  return { ms: ms / LARGE, bytes: byteLength };
}
