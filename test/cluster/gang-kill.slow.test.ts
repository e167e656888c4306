import { afterEach, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runWholeGraph } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

const HEARTBEAT = { intervalMs: 250, lostAfterMs: 1_500 };
/** Large enough that a frame has a middle. */
const YOLO = `model: { name: yolov2-tiny, weights: synthetic, width: 608, height: 608 }
schedule: { strategy: gang, heartbeat: { intervalMs: ${HEARTBEAT.intervalMs}, lostAfterMs: ${HEARTBEAT.lostAfterMs} } }
limits: { keptOutputs: 99 }`;
/** The ledger's clock, heartbeats, and parts of the model that are loaded for blocks of another size. */
const SLACK_MS = 2_000;

let cluster: ProcessCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

const tookMs = ({ createdAt, endedAt }: Schemas['Frame']) => Date.parse(endedAt!) - Date.parse(createdAt);

/** The longest of some frames that a gang of the devices that are there takes. */
async function longestMs({ client }: ProcessCluster, members: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const frame = await submit(client, samplePhoto('sample4.jpg'));
    expect(frame.state).toBe('complete');
    expect(Object.keys(frame.tiles.byDevice)).toHaveLength(members);
    times.push(tookMs(frame));
  }
  return Math.max(...times);
}

/** A frame of whose gang a member was lost, and when. */
interface Hit {
  readonly frame: Schemas['Frame'];
  readonly soFarMs: number;
}

/** Ends or freezes e1 while a gang computes a frame. @returns null when its block was done by then; e1 is live again. */
async function hitInMidFrame(cluster: ProcessCluster, signal: 'SIGKILL' | 'SIGSTOP'): Promise<Hit | null> {
  const { client } = cluster;
  const accepted = await submit(client, samplePhoto('sample4.jpg'), { wait: 0 });
  const path = { frame: accepted.id };
  const look = async () => (await client.call('getFrame', { path })).json!;
  await waitUntil(async () => {
    const { tiles } = (await client.call('getFrameTrace', { path })).json!;
    const isBegun = tiles.some(({ device, history }) => device === 'e1' && history.some((it) => it.event === 'queued'));
    return isBegun || (await look()).endedAt !== null;
  });
  cluster.process('e1').kill(signal);
  const soFarMs = Date.now() - Date.parse(accepted.createdAt);
  await waitUntil(async () => (await look()).endedAt !== null, 30_000);
  const frame = await look();
  if (!('e1' in frame.tiles.byDevice)) return { frame, soFarMs };
  if (signal === 'SIGKILL') cluster.start('e1');
  else cluster.process('e1').kill('SIGCONT');
  await waitUntil(async () => {
    const { devices } = (await client.call('getCluster')).json!;
    return devices.every(({ state }) => state === 'live');
  });
  return null;
}

test.each([
  ['ended', 'SIGKILL', 0],
  ['frozen', 'SIGSTOP', HEARTBEAT.lostAfterMs],
] as const)(
  'a member is %s in the middle of a frame: the others compute it, with the same result, and without delay',
  { timeout: 120_000 },
  async (_how, signal, silentMs) => {
    cluster = await startProcessCluster(YOLO);
    const { client, config } = cluster;
    await longestMs(cluster, 3);
    const whole = await submit(client, samplePhoto('sample4.jpg'));
    let hit: Hit | null = null;
    for (let round = 0; round < 10 && hit === null; round++) hit = await hitInMidFrame(cluster, signal);
    const { frame, soFarMs } = hit!;
    expect(frame).toMatchObject({ state: 'complete', failure: null, detections: whole.detections });
    expect(Object.keys(frame.tiles.byDevice).sort()).toEqual(['e0', 'e2']);
    const merged = await frameOutputs(client, frame.id);
    const wanted = await runWholeGraph(config, await frameInput(client, frame.id, 608));
    expect(relativeDifference(merged, wanted)).toBeLessThanOrEqual(TOLERANCE.f32);
    const mostMs = soFarMs + silentMs + (await longestMs(cluster, 2)) + SLACK_MS;
    expect(tookMs(frame)).toBeLessThanOrEqual(mostMs);
  },
);
