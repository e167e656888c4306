import type { MachineFacts } from '../hosts/machine-facts.js';

/** One step of an evaluation: what is measured, simulated or calibrated at one time. */
export interface AnyExperiment {
  /** Also the name of its file. */
  readonly id: string;
  readonly kind: string;
  /** Rough, on the machine that it was written on: for what is left. */
  readonly expectedSeconds: number;
}

/** An experiment that is finished, as its file has it: with what machine, versions and commit made it. */
export interface Stored<E extends AnyExperiment, Outcome> {
  readonly experiment: E;
  readonly machine: MachineFacts;
  readonly startedAt: string;
  readonly seconds: number;
  readonly outcome: Outcome;
}

/** An experiment that was asked for and failed. */
export interface MissingExperiment {
  readonly id: string;
  readonly reason: string;
}
