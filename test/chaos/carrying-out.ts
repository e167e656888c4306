import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedFault, Submission } from './actions.js';
import { type ChaosCluster, isRunning } from './chaos-cluster.js';
import type { FaultWindow, SubmissionOutcome } from './facts.js';
import type { ChaosPlan } from './plan.js';
import type { SmallDisk } from './small-disk.js';
import { postPicture } from './submitting.js';

/** How long a node that was told to end may take for it. */
const END_WITHIN_MS = 30_000;
/** A gateway whose disk is full is started again so often, and no longer than the longest such fault takes. */
const START_AGAIN_MS = 300;
const FULL_DISK_WITHIN_MS = 10_000;

export interface Done {
  readonly submissions: SubmissionOutcome[];
  readonly windows: FaultWindow[];
}

export interface Stage {
  readonly cluster: ChaosCluster;
  readonly pictures: readonly Uint8Array[];
  readonly disk: SmallDisk | null;
}

/** Does everything that the plan has, each at its time, and ends when all faults are over and every node runs. */
export async function carryOut({ actions }: ChaosPlan, stage: Stage): Promise<Done> {
  const startMs = Date.now();
  const done: Done = { submissions: [], windows: [] };
  await Promise.all(
    actions.map(async (action) => {
      await sleep(Math.max(0, startMs + action.atMs - Date.now()));
      if (action.kind === 'submit') done.submissions.push(await submit(action, stage));
      else await fault(action, stage, done.windows);
    }),
  );
  return done;
}

function submit({ to, picture, source, strategy, wait }: Submission, { cluster, pictures }: Stage) {
  const query = {
    ...(source !== null && { source }),
    ...(strategy !== null && { strategy }),
    ...(wait > 0 && { wait }),
  };
  return postPicture(cluster.proxied(to), pictures[picture]!, query);
}

async function fault(action: PlannedFault, stage: Stage, windows: FaultWindow[]): Promise<void> {
  const window = { fault: action.fault, node: action.node, fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
  windows.push(window);
  await doFault(action, stage);
  window.toMs = Date.now();
}

async function doFault(action: PlannedFault, { cluster, disk }: Stage): Promise<void> {
  const life = cluster.life(action.node);
  switch (action.kind) {
    case 'kill':
      cluster.signal(life, 'SIGKILL');
      await life.ended;
      await sleep(action.forMs);
      await started(cluster, action.node);
      return;
    case 'restart':
      cluster.signal(life, 'SIGTERM');
      await Promise.race([life.ended, sleep(END_WITHIN_MS, undefined, { ref: false })]);
      if (isRunning(life)) throw new Error(`${action.node} was told to end and has not within ${END_WITHIN_MS} ms`);
      await sleep(action.forMs);
      await started(cluster, action.node);
      return;
    case 'freeze':
      life.child.kill('SIGSTOP');
      await sleep(action.forMs);
      life.child.kill('SIGCONT');
      return;
    case 'traffic': {
      const end = cluster.proxy(action.node).disturb(action.disturbance, action.share);
      await sleep(action.forMs);
      end();
      return;
    }
    case 'full-disk':
      await disk!.fill();
      await sleep(action.forMs);
      await disk!.free();
  }
}

/**
 * Starts a node again and waits until it answers. One that ends because the disk is full is started once more a while later,
 * as whoever supervises it would.
 */
async function started(cluster: ChaosCluster, node: string): Promise<void> {
  for (const untilMs = Date.now() + FULL_DISK_WITHIN_MS; ; ) {
    const life = cluster.spawn(node);
    await once(life.child, 'spawn');
    const answering = cluster.answers(node);
    const isUp = await Promise.race([answering.then(() => true), life.ended.then(() => false)]);
    if (isUp) return;
    answering.catch(() => {});
    if (Date.now() > untilMs || !(await cluster.lastLine(node)).includes('ENOSPC')) {
      throw new Error(`${node} ended when it was started: ${await cluster.lastLine(node)}`);
    }
    life.asked = 'full-disk';
    await sleep(START_AGAIN_MS);
  }
}
