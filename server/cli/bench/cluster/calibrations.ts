import { availableParallelism } from 'node:os';
import { calibrateAsNode } from '../../../calibration/calibration-process.js';
import type { CalibrationStep } from '../../../evaluation/cluster/cluster-experiment.js';
import type { Calibration } from '../../../evaluation/simulate/calibration.js';
import { tileable } from '../../../graph/cuts.js';
import { describeModel } from '../../../model-files/describe-model.js';
import { modelChoice } from '../model-choice.js';
import { hasTestHosts } from '../testbed/testbed-session.js';

export interface CalibrationsParts {
  /** All that will be asked for, in this order. */
  readonly steps: readonly CalibrationStep[];
  /** Told what is measured. */
  readonly onStep: (what: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes calibrations. Within a small share of a core one takes long, so several are made at the same time, as many as leave one core
 * of the machine to everything else.
 */
export class Calibrations {
  readonly #parts: CalibrationsParts;
  readonly #begun = new Map<string, Promise<Calibration>>();

  constructor(parts: CalibrationsParts) {
    this.#parts = parts;
  }

  /** @throws DeepThingsError as calibrating does */
  of(step: CalibrationStep): Promise<Calibration> {
    if (!this.#begun.has(step.id)) {
      for (const one of hasTestHosts() ? this.#together(step) : [step]) this.#begin(one);
    }
    return this.#begun.get(step.id)!;
  }

  /** A step, and those behind it that there is room for. */
  #together(first: CalibrationStep): readonly CalibrationStep[] {
    const { steps } = this.#parts;
    const behind = steps.slice(steps.findIndex(({ id }) => id === first.id) + 1);
    let free = availableParallelism() - 1 - first.cpu;
    const fitting: CalibrationStep[] = [first];
    for (const step of behind) {
      if (step.cpu > free) break;
      free -= step.cpu;
      fitting.push(step);
    }
    return fitting;
  }

  #begin(step: CalibrationStep): void {
    const calibration = this.#calibrate(step);
    // `of` reports the failure; until it is called, the rejection must not count as unhandled.
    calibration.catch(() => {});
    this.#begun.set(step.id, calibration);
  }

  async #calibrate({ cpu, id, model: name }: CalibrationStep): Promise<Calibration> {
    const { onStep, signal } = this.#parts;
    const model = modelChoice(name, undefined);
    const depth = tileable((await describeModel(model)).graph).cuts.at(-1)?.layers ?? 0;
    return calibrateAsNode(
      { model, depth, engine: 'onnxruntime' },
      {
        // Names of control groups have no other characters.
        group: id.replace(/[^a-z0-9]/g, ''),
        cpuCores: hasTestHosts() ? cpu : null,
        onStep: (what) => onStep(`${name}, ${what}`),
        signal,
      },
    );
  }
}
