import type { FastifyReply } from 'fastify';
import type { Schemas } from '../../client/client.js';
import type { OperationHandlers } from './contract/operations.js';
import { HttpProblem } from './problems/problem.js';

export type DrainState = Schemas['DrainState'];

const COME_BACK_S = 2;

/** @param who of the node, for the reader: `device e1`. */
export function drainingProblem(who: string): HttpProblem {
  const detail = `${who} is being drained and takes nothing new: try again when it is back, or ask another`;
  return new HttpProblem('DT_DRAINING', detail, { retryAfterSeconds: COME_BACK_S });
}

/** A node that can be drained, and how far it is. */
interface Drainable {
  readonly state: DrainState;
  readonly left: Schemas['DrainAnswer']['left'];
  begin(): void;
  resume(): void;
}

/** The handlers for the drain of the node that is asked. */
export function ownDrainHandlers(drain: Drainable): Pick<OperationHandlers, 'drain' | 'resume'> {
  const answer = () => ({ state: drain.state, left: drain.left });
  return {
    drain: async (_request, reply) => {
      drain.begin();
      return reply.code(202).send(answer());
    },
    resume: async () => {
      drain.resume();
      return answer();
    },
  };
}

/** Requests of which the answer is not out yet: a node that ends would cut it off. */
export class RequestsUnderWay {
  #count = 0;
  #onNone: () => void = () => {};

  enter({ raw }: FastifyReply): void {
    this.#count++;
    raw.once('close', () => {
      this.#count--;
      if (this.#count === 0) this.#onNone();
    });
  }

  /** Resolves when there is none, or the signal is aborted. */
  async none(signal: AbortSignal): Promise<void> {
    if (this.#count === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#onNone = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
