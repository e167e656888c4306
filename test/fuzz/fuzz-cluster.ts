import type { Schemas } from '../../client/client.js';
import { ChaosProxy } from '../chaos/chaos-proxy.js';
import { Draws } from '../chaos/draws.js';
import { submit } from '../support/frames.js';
import { INSPECTED } from '../support/node-memory.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { Recording } from './recording.js';

/** Little is kept, so that what grows is seen; a source forgets what the gateway never told it the end of. */
const YAML = `name: fuzz
model: { name: face-detector, width: 96, height: 96 }
partition: { grid: 3x3, fusedDepth: 8 }
overlap: { via: gateway, policy: always }
schedule: { heartbeat: { intervalMs: 250, lostAfterMs: 2000 }, lease: { floorMs: 1500, waitingMs: 3000 } }
limits:
  pictureBytes: 256KiB
  pictureMegapixels: 5
  queuedFrames: 8
  keptOutputs: 4
  eventsKept: 200
  frameTimeoutMs: 10000
store: { path: store, frames: 20 }
log: { level: info }
`;

const STRATEGIES: readonly Schemas['Strategy'][] = ['ftp-wst-s', 'ftp-wsh', 'modnn', 'ftp-wst'];
/** What has to have been recorded before requests are made of it. */
const WANTED = [
  'postResult application/json',
  'postResult block',
  'postResult tile',
  'pushTask block',
  'pushTask tile',
  'putOverlap block',
  'putOverlap tile',
  'register application/json',
  'stealTask application/json',
];

export interface FuzzCluster {
  readonly cluster: ProcessCluster;
  readonly recording: Recording;
  stop(): Promise<void>;
}

/** Starts a small cluster of processes, and has it work until a body of every kind was sent between its nodes. */
export async function startFuzzCluster(logFolder: string, picture: Uint8Array): Promise<FuzzCluster> {
  const recording = new Recording();
  const proxies: ChaosProxy[] = [];
  const cluster = await startProcessCluster(YAML, 2, {
    nodeArguments: INSPECTED,
    logFolder,
    between: async (_node, address, listen) => {
      const proxy = new ChaosProxy({ host: '127.0.0.1', port: listen }, new Draws(0));
      proxy.onPassed = (request, body) => recording.note(request, body);
      await proxy.listen(address);
      proxies.push(proxy);
    },
  });
  const stop = async () => {
    await cluster.stop();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  };
  try {
    await waitUntil(async () => {
      for (const strategy of STRATEGIES) {
        await Promise.all(['e0', 'e1'].map((source) => submit(cluster.client, picture, { source, strategy })));
      }
      return missing(recording).length === 0;
    }, 60_000);
  } catch (error) {
    await stop();
    throw new Error(`nothing was recorded of ${missing(recording).join(', ')}: ${(error as Error).message}`);
  }
  for (const proxy of proxies) proxy.onPassed = null;
  return { cluster, recording, stop };
}

function missing({ kinds }: Recording): string[] {
  return WANTED.filter((kind) => !kinds.includes(kind));
}
