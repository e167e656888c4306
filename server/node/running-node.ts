import type { FastifyInstance } from 'fastify';

/** A node that has started. */
export interface RunningNode {
  readonly app: FastifyInstance;
  /** Where others reach it. */
  readonly address: string;
  /**
   * Finishes or hands over what it has, and takes nothing new meanwhile; within `schedule.drain.timeoutMs`.
   *
   * @returns false when it had to leave something.
   */
  drain(): Promise<boolean>;
  /** Ends it in good order, within about a second; calling it again waits for the same end. */
  stop(): Promise<void>;
}

/**
 * Makes the end of a node: its parts stop one after the other, in this order. Asked for again, it waits for the same end.
 *
 * @param stops each may return a promise.
 */
export function stopInOrder(stops: readonly (() => unknown)[]): () => Promise<void> {
  let ending: Promise<void> | null = null;
  const end = async () => {
    for (const stop of stops) await stop();
  };
  return () => {
    ending ??= end();
    return ending;
  };
}
