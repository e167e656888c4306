// Records what a real cluster tells while it computes a few frames.
import { readFileSync } from 'node:fs';
import { samplePhotoPath, startDemoCluster } from '../scripts/demo-cluster.mjs';

const DEVICES = 4;
const YAML =
  'name: replay\nmodel: { name: face-detector }\npartition: { grid: 3x3, fusedDepth: 8 }\n' +
  'schedule: { strategy: ftp-wst-s, heartbeat: { intervalMs: 300, lostAfterMs: 3000 } }';

/**
 * @returns of each frame its events with their times since its first, its document, trace and picture; and what the
 * gateway said of itself.
 */
export async function recordFrames(count) {
  const cluster = await startDemoCluster(YAML, DEVICES);
  try {
    const get = async (path) => (await fetch(cluster.address + path)).json();
    const told = [];
    const watched = watch(`${cluster.address}/events`, told);
    for (let number = 0; number < count; number++) {
      const body = readFileSync(samplePhotoPath([1, 3, 4, 5, 6][number % 5]));
      await fetch(`${cluster.address}/frames?wait=30`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body,
      });
    }
    const { frames: documents } = await get(`/frames?limit=${count}`);
    const frames = await Promise.all(
      documents.map(async (frame) => {
        const events = told.filter(({ event, data }) => frameOf(event, data) === frame.id);
        const beganMs = events[0].atMs;
        const picture = await fetch(`${cluster.address}/frames/${frame.id}/image?width=192`);
        return {
          events: events.map(({ event, data, atMs }) => ({ event, data, atMs: atMs - beganMs })),
          frame,
          trace: await get(`/frames/${frame.id}/trace`),
          picture: Buffer.from(await picture.arrayBuffer()),
        };
      }),
    );
    watched.stop();
    const devices = told.filter(({ event }) => event === 'device').map(({ data }) => data);
    return { frames, devices, cluster: await get('/cluster'), plan: await get('/plan') };
  } finally {
    await cluster.stop();
  }
}

function frameOf(event, data) {
  if (event === 'frame') return data.id;
  return event === 'tile' ? data.frame : null;
}

/** Reads server-sent events into `told`, as the gateway writes them: each field on one line. */
function watch(url, told) {
  const ended = new AbortController();
  const read = async () => {
    const { body } = await fetch(url, { signal: ended.signal });
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s)));
        if (fields.event !== undefined) {
          told.push({ event: fields.event, data: JSON.parse(fields.data), atMs: performance.now() });
        }
      }
    }
  };
  read().catch((error) => {
    if (!ended.signal.aborted) throw error;
  });
  return { stop: () => ended.abort() };
}
