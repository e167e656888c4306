import type { DeepThingsClient } from '../../client/client.js';
import { withDeadline } from '../../client/deadline-signal.js';
import { ProblemError } from '../../client/problem-error.js';
import { DeepThingsError } from '../errors.js';
import { pause } from '../node/pause.js';

const POLL_MS = 100;
/** One answer; a node that is busy starting may take a while. */
const ANSWER_LIMIT_MS = 2_000;

/** A node that is starting. */
export interface StartingNode {
  readonly id: string;
  readonly client: DeepThingsClient;
  /** Settles when it listens: there is no use in asking it before. */
  readonly started: Promise<void>;
}

export interface ReadinessWatch {
  readonly limitMs: number;
  /** Gives up without an error. */
  readonly signal: AbortSignal;
  /** Told who is still waited for, whenever that changes. */
  readonly onWaiting?: (ids: readonly string[]) => void;
}

/**
 * Asks every node until each says that it is ready.
 *
 * @throws DeepThingsError `DT_NOT_READY` naming those that were not in time, and what they wait for.
 */
export async function waitUntilReady(
  nodes: readonly StartingNode[],
  { limitMs, signal, onWaiting }: ReadinessWatch,
): Promise<void> {
  const waiting = new Map(nodes.map(({ id }) => [id, 'it did not start to listen']));
  onWaiting?.([...waiting.keys()]);
  await withDeadline(signal, limitMs, async (limit) => {
    const stopped = new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve(), { once: true }));
    const asking = nodes.map(async (node) => {
      await Promise.race([node.started, stopped]);
      while (!limit.aborted) {
        const reason = await reasonToWait(node.client, limit);
        if (reason === null) {
          waiting.delete(node.id);
          onWaiting?.([...waiting.keys()]);
          return;
        }
        waiting.set(node.id, reason);
        await pause(POLL_MS, limit);
      }
    });
    await Promise.all(asking);
  });
  if (waiting.size > 0 && !signal.aborted) throw notReady(waiting, limitMs);
}

/** @returns null when the node is ready. */
async function reasonToWait(client: DeepThingsClient, signal: AbortSignal): Promise<string | null> {
  try {
    await client.call('getReady', { signal, timeoutMs: ANSWER_LIMIT_MS });
    return null;
  } catch (error) {
    return error instanceof ProblemError ? error.message : 'it does not answer';
  }
}

function notReady(waiting: ReadonlyMap<string, string>, limitMs: number): DeepThingsError {
  const lines = [...waiting].map(([id, reason]) => `\n  ${id}: ${reason}`);
  return new DeepThingsError('DT_NOT_READY', `not ready within ${limitMs / 1000} s:${lines.join('')}`);
}
