import type { GraphOutputs } from '../../compute/messages.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { relativeDifferences } from '../../tensor/value-difference.js';
import { isAudited } from './audit-choice.js';
import { quarantineText } from './audit-text.js';

/** What a device sent, to be compared with what the gateway computes itself. */
export interface DoubtedOutputs {
  readonly device: string;
  readonly outputs: GraphOutputs;
}

/** A device that computed something wrong, and the sentence that says so. */
export interface WrongDevice {
  readonly device: string;
  readonly detail: string;
}

export interface RemainingCheckParts {
  /** Of frames whose remaining layers the gateway computes too, */
  readonly fraction: number;
  /** and how far the two may be apart, as a share of the largest value. */
  readonly tolerance: number;
  /** Known to the gateway only. */
  readonly secret: Uint8Array;
}

/** Checks remaining layers that devices computed: the gateway computes some of them too. */
export class RemainingCheck {
  readonly #parts: RemainingCheckParts;

  constructor(parts: RemainingCheckParts) {
    this.#parts = parts;
  }

  /** Returns whether the gateway is to compute these too. Asked when the device has answered, so that no device can know. */
  picks(task: TaskKey): boolean {
    return isAudited(this.#parts.secret, task, this.#parts.fraction);
  }

  /** @returns null where the two are near enough. */
  compare(frame: string, { device, outputs }: DoubtedOutputs, own: GraphOutputs): WrongDevice | null {
    const { tolerance } = this.#parts;
    const deviation = relativeDifferences(floatsOf(outputs), floatsOf(own));
    if (deviation <= tolerance) return null;
    const detail = quarantineText({ device, frame, what: 'the remaining layers', deviation, tolerance });
    return { device, detail };
  }
}

/** The values among outputs; classes and counts are not compared. */
export function floatsOf(outputs: GraphOutputs): readonly Float32Array[] {
  return outputs.flatMap(({ data }) => (data instanceof Float32Array ? [data] : []));
}
