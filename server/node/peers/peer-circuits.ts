import {
  type Circuit,
  CLOSED_CIRCUIT,
  circuitFailed,
  circuitReleased,
  circuitSucceeded,
  tryCircuit,
} from '../../scheduling/policy/circuit-breaker.js';
import { CIRCUITS, type CircuitName } from '../contract/calls.js';

/** A peer is suspended from now on, or is asked again. */
export interface CircuitChange {
  readonly address: string;
  readonly circuit: CircuitName;
  /** Until when; null: it answered. */
  readonly untilMs: number | null;
  /** Whether it was suspended before as well. */
  readonly again: boolean;
  /** What the last failure was. */
  readonly reason: string | null;
}

export interface PeerCircuitsParts {
  readonly nowMs: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly onChange: (change: CircuitChange) => void;
}

/** Which peers keep failing, by what they are asked for; only those that failed last are remembered. */
export class PeerCircuits {
  readonly #parts: PeerCircuitsParts;
  readonly #circuits = new Map<string, Circuit>();

  constructor(parts: PeerCircuitsParts) {
    this.#parts = parts;
  }

  /** @returns false when the peer is to be suspended; else the outcome is to be told. */
  mayAsk(name: CircuitName, address: string): boolean {
    const { circuit, isAllowed } = tryCircuit(this.#get(name, address), this.#parts.nowMs());
    this.#set(name, address, circuit);
    return isAllowed;
  }

  succeeded(name: CircuitName, address: string): void {
    const before = this.#get(name, address);
    this.#set(name, address, circuitSucceeded());
    if (before.kind !== 'closed') {
      this.#parts.onChange({ address, circuit: name, untilMs: null, again: true, reason: null });
    }
  }

  failed(name: CircuitName, address: string, reason: string): void {
    const { nowMs, onChange, random } = this.#parts;
    const before = this.#get(name, address);
    const after = circuitFailed(before, CIRCUITS[name], nowMs(), random());
    this.#set(name, address, after);
    if (after.kind !== 'open' || after === before) return;
    onChange({ address, circuit: name, untilMs: after.untilMs, again: before.kind !== 'closed', reason });
  }

  /** The call was given up on this side. */
  released(name: CircuitName, address: string): void {
    this.#set(name, address, circuitReleased(this.#get(name, address), this.#parts.nowMs()));
  }

  /** A peer that says of itself that it is there again gets another chance at once. */
  forgive(address: string): void {
    for (const name of Object.keys(CIRCUITS) as CircuitName[]) this.succeeded(name, address);
  }

  /** Until when a peer is suspended; null when it can be asked. */
  suspendedUntilMs(name: CircuitName, address: string): number | null {
    const circuit = this.#get(name, address);
    return circuit.kind === 'open' && circuit.untilMs > this.#parts.nowMs() ? circuit.untilMs : null;
  }

  #get(name: CircuitName, address: string): Circuit {
    return this.#circuits.get(`${name} ${address}`) ?? CLOSED_CIRCUIT;
  }

  #set(name: CircuitName, address: string, circuit: Circuit): void {
    const key = `${name} ${address}`;
    if (circuit.kind === 'closed' && circuit.failures === 0) this.#circuits.delete(key);
    else this.#circuits.set(key, circuit);
  }
}
