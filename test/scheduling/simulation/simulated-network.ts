import type { LedgerEvent } from '../../../server/scheduling/ledger/ledger-events.js';
import type { Heartbeat, SimulatedTask, SimulatedTile } from './simulated-device.js';

/** A request of the gateway, which has exactly one outcome for it, whatever becomes of the letters. */
export interface Call {
  readonly success: LedgerEvent;
  readonly failure: Extract<LedgerEvent, { kind: 'delivery-failed' | 'push-failed' }>;
  readonly sinceMs: number;
  open: boolean;
}

/** Something between two nodes. */
export type Letter = { readonly sentMs: number } & (
  | {
      readonly kind: 'tasks';
      readonly to: string;
      readonly tasks: readonly SimulatedTile[];
      readonly generation: number;
      readonly call: Call | null;
    }
  | {
      readonly kind: 'shared';
      readonly to: string;
      readonly task: SimulatedTask;
      readonly generation: number;
      readonly call: Call;
    }
  | { readonly kind: 'taken'; readonly call: Call }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | {
      readonly kind: 'heard';
      readonly to: string;
      readonly heartbeat: Heartbeat;
      readonly ended: readonly string[];
      readonly invalidated: ReadonlyMap<string, number>;
    }
  | { readonly kind: 'result'; readonly from: string; readonly task: SimulatedTask; readonly isWrong: boolean }
);

/** Letters on their way. Which arrives when, twice or never is for the simulation to choose. */
export class SimulatedNetwork {
  #letters: Letter[] = [];

  send(letter: Letter): void {
    this.#letters.push(letter);
  }

  /** Takes out a letter that may be taken; null when there is none. */
  take(pick: number, mayBeTaken: (letter: Letter) => boolean): Letter | null {
    const candidates = this.#letters.filter(mayBeTaken);
    const letter = candidates[pick % candidates.length];
    if (letter === undefined) return null;
    this.#letters = this.#letters.filter((other) => other !== letter);
    return letter;
  }

  /** A second copy of a letter. */
  duplicate(pick: number): void {
    const letter = this.#letters[pick % this.#letters.length];
    if (letter !== undefined) this.#letters.push({ ...letter });
  }
}
