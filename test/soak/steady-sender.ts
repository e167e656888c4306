import { Agent, request } from 'undici';
import { withDeadline } from '../../client/deadline-signal.js';
import type { Draws } from '../chaos/draws.js';

/** Requests under way at once; a picture that is due beyond that is left out, as a camera would. */
const MOST_UNDER_WAY = 32;
const ANSWER_WITHIN_MS = 20_000;

export interface SenderPlan {
  readonly name: string;
  /** Where the pictures go: `/frames` of the gateway or of a device. */
  readonly url: string;
  /** The loopback address that they come from. */
  readonly from: string;
  /** Pictures a second, with the gaps of a Poisson process. */
  readonly perSecond: number;
  readonly picture: Uint8Array;
}

export interface SenderCounts {
  readonly sent: number;
  readonly accepted: number;
  /** 429 with `Retry-After`. */
  readonly refused: number;
  /** Due while too many were under way. */
  readonly leftOut: number;
  /** What else came of a picture, and how often. */
  readonly other: ReadonlyMap<string, number>;
}

/** Sends pictures at a steady rate, however the ones before fared. */
export class SteadySender {
  readonly plan: SenderPlan;
  readonly #draws: Draws;
  readonly #agent: Agent;
  readonly #underWay = new Set<Promise<void>>();
  readonly #other = new Map<string, number>();
  #sent = 0;
  #accepted = 0;
  #refused = 0;
  #leftOut = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: SenderPlan, draws: Draws) {
    this.plan = plan;
    this.#draws = draws;
    this.#agent = new Agent({ connections: MOST_UNDER_WAY, localAddress: plan.from });
    this.#schedule();
  }

  get counts(): SenderCounts {
    const other = new Map(this.#other);
    return { sent: this.#sent, accepted: this.#accepted, refused: this.#refused, leftOut: this.#leftOut, other };
  }

  /** Resolves when every picture that was sent has been answered. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay);
    await this.#agent.close();
  }

  #schedule(): void {
    const gapMs = (-1_000 * Math.log(1 - this.#draws.share())) / this.plan.perSecond;
    this.#timer = setTimeout(() => {
      this.#schedule();
      if (this.#underWay.size >= MOST_UNDER_WAY) {
        this.#leftOut++;
        return;
      }
      const sending = this.#send();
      this.#underWay.add(sending);
      void sending.finally(() => this.#underWay.delete(sending));
    }, gapMs);
  }

  async #send(): Promise<void> {
    this.#sent++;
    try {
      const { statusCode, headers } = await withDeadline(undefined, ANSWER_WITHIN_MS, async (signal) => {
        const answer = await request(this.plan.url, {
          method: 'POST',
          headers: { 'content-type': 'image/jpeg' },
          body: this.plan.picture,
          dispatcher: this.#agent,
          signal,
        });
        await answer.body.dump();
        return answer;
      });
      if (statusCode === 202) this.#accepted++;
      else if (statusCode === 429 && Number(headers['retry-after']) > 0) this.#refused++;
      else this.#count(statusCode === 429 ? '429 without Retry-After' : String(statusCode));
    } catch (error) {
      this.#count((error as Error).name);
    }
  }

  #count(what: string): void {
    this.#other.set(what, (this.#other.get(what) ?? 0) + 1);
  }
}
