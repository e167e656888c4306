import { DeepThingsError } from '../../errors.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import { MemberPlans } from '../../geometry/gang/member-plans.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { BlockJob, ComputeResults } from '../messages.js';
import type { LoadedBlocks } from '../model-parts.js';
import type { BlockFrame } from './block-executor.js';

/** A device is in one gang at a time; frames that ended unheard are few. */
const MOST_FRAMES = 4;

/** The frames of which a member's part is under way in a compute thread. */
export class BlockFrames {
  readonly #blocks: LoadedBlocks;
  readonly #members: MemberPlans;
  /** The oldest first. */
  readonly #frames = new Map<string, BlockFrame>();

  constructor(blocks: LoadedBlocks) {
    this.#blocks = blocks;
    this.#members = new MemberPlans(blocks.plan);
  }

  /** @throws DeepThingsError `DT_TILE_INPUT` when an input or a strip has another size, or the frame has not begun here. */
  async run({ bands, boxesAbove, input, key, member, strips }: BlockJob): Promise<ComputeResults['block']> {
    const plan = this.#members.of(bands)[member]!;
    if (input !== null) this.#begin(key, plan, input);
    const frame = this.#frames.get(key);
    if (frame === undefined) {
      throw new DeepThingsError('DT_TILE_INPUT', `a stage of frame ${key} came that did not begin here`);
    }
    const result = await frame.run(strips);
    const { outputs } = result;
    const { decode } = this.#blocks;
    // Blocks that are not finite go to the gateway, which refuses them and says so.
    if (outputs === null || boxesAbove === null || decode === null || !outputs.every(allFinite)) {
      return { ...result, boxes: null };
    }
    return { ...result, outputs: null, boxes: decode(outputs, plan.outputs, boxesAbove) };
  }

  drop(key: string): void {
    this.#frames.get(key)?.drop();
    this.#frames.delete(key);
  }

  #begin(key: string, member: MemberPlan, input: Uint8Array): void {
    this.drop(key);
    if (this.#frames.size >= MOST_FRAMES) this.drop(this.#frames.keys().next().value!);
    this.#frames.set(key, this.#blocks.executor.begin(member, input));
  }
}
