import { ProblemError } from '../../../client/problem-error.js';
import type { OwedBody } from '../../geometry/gang/gang-blocks.js';
import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { BoundedCache } from '../../geometry/memoize.js';
import { CALLS, HELD_STRIPS_MS } from '../../node/contract/calls.js';
import { decodeGangStrips, encodeGangStrips, type GangStrips } from '../../node/wire/gang-strips.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { KnownHeaders } from '../../tensor/safetensors.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import type { BlockTask } from './block-task.js';
import type { GangAttempt } from './latest-attempts.js';
import { StripAnswers } from './strip-answers.js';
import { EARLY_STRIPS, StripInbox, type StripOrigin, type StripVerdict } from './strip-inbox.js';

/** Strips on their way to another member. */
export interface StripBody extends OwedBody {
  /** The gang stage that has computed them. */
  readonly stage: number;
  readonly bytes: Uint8Array;
}

/** A member's bodies of one frame have fewer different ones. */
const KNOWN_HEADERS = 256;

/** The strips of gangs that this device gets from other members and gives them. */
export class StripExchange {
  readonly inbox: StripInbox;
  readonly answers: StripAnswers;
  readonly #edge: EdgeDevice;
  readonly #headers: KnownHeaders = new BoundedCache(KNOWN_HEADERS);

  constructor(edge: EdgeDevice, frames: Pick<DeviceFrames, 'generations' | 'scopes'>) {
    this.#edge = edge;
    this.inbox = new StripInbox(EARLY_STRIPS, frames);
    this.answers = new StripAnswers(HELD_STRIPS_MS, frames);
    edge.metrics.holds('frames with gang strips', () => this.inbox.size);
    edge.metrics.holds('bytes of gang strips', () => this.inbox.bytes + this.answers.bytes);
    edge.metrics.holds('held strips of gangs', () => this.answers.held);
  }

  /** @param plan of the gang. */
  encode(plan: GangPlanName, body: GangStrips): Uint8Array {
    const { gangs, wirePlan } = this.#edge;
    return encodeGangStrips(gangPlanOf(gangs, plan).stage.maps, body, wirePlan.maps, plan);
  }

  /**
   * Strips have come, in a request or in an answer.
   *
   * @throws DeepThingsError, HttpProblem when they are malformed, or the inbox refuses them.
   */
  take(of: GangAttempt, origin: StripOrigin, bytes: Uint8Array): StripVerdict {
    const { gangs, metrics } = this.#edge;
    const strips = decodeGangStrips((name) => gangPlanOf(gangs, name).stage.maps, bytes, this.#headers);
    metrics.bytesReceived.inc({ kind: 'overlap' }, bytes.byteLength);
    metrics.stripBodies.inc({ direction: 'received' });
    metrics.stripBytes.inc({ direction: 'received' }, bytes.byteLength);
    return this.inbox.put(of, origin, strips);
  }

  /**
   * Hands strips over: as the answer to the member's question, or in a request, which asks for the member's strips where it owes some.
   *
   * @throws the call's error when the member, or the gateway that passes them on, has not taken them.
   */
  async handOver(task: BlockTask, body: StripBody, signal: AbortSignal): Promise<void> {
    const { metrics, remote } = this.#edge;
    const { attempt, frame, generation, member, members } = task;
    const { bytes, stage, to, way } = body;
    metrics.bytesSent.inc({ kind: 'overlap' }, bytes.byteLength);
    metrics.stripBodies.inc({ direction: 'sent' });
    metrics.stripBytes.inc({ direction: 'sent' }, bytes.byteLength);
    const query = { stage, generation, attempt };
    const strips = {
      path: { frame, tile: member },
      body: { mediaType: 'application/octet-stream', bytes },
      signal,
    };
    if (strategyNamed(task.strategy).gang!.strips === 'gateway') {
      await remote.gateway.call(CALLS.gangStripsByGateway, { ...strips, query: { ...query, to } });
      return;
    }
    const exchanges = way === 'exchange';
    if (exchanges && this.answers.give(task, body, bytes)) return;
    const peer = remote.peers.client(members[to]!.address);
    if (!exchanges) {
      await peer.call(CALLS.gangStrips, { ...strips, query });
      return;
    }
    const asked = { ...strips, query: { ...query, answer: 'strips' as const }, heldMs: HELD_STRIPS_MS };
    const answer = await peer.call(CALLS.gangExchange, asked).catch(unlessOver);
    if (answer?.status === 200) this.take(task, { from: to, stage }, answer.bytes);
  }
}

/**
 * The other member's block has ended: this one is not at fault and waits until the gateway ends the gang, as it does where a member ends
 * that has taken its strips.
 */
function unlessOver(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'DT_TASK_UNKNOWN') return null;
  throw error;
}
