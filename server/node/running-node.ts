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

/** Makes an end that can be asked for more than once. */
export function onceOnly(end: () => Promise<void>): () => Promise<void> {
  let ending: Promise<void> | null = null;
  return () => {
    ending ??= end();
    return ending;
  };
}
