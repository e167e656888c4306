import { DeepThingsError } from '../../../errors.js';
import type { SimulatedExperiment, Workload } from '../../../evaluation/paper/experiments/experiment.js';
import { floatPictures } from '../../../evaluation/paper/float-pictures.js';
import type { PaperDevice } from '../../../evaluation/paper/paper-device.js';
import { type SimulatedRun, simulatedRun } from '../../../evaluation/simulate/simulated-run.js';
import type { CostModel } from '../../../simulation/cost-model.js';
import { type Combination, rateOf } from '../simulate/simulate-options.js';
import { combinationSettings } from '../simulate/simulated-combinations.js';
import { TEST_HOST_CONDITIONS } from '../simulate/test-host-conditions.js';

const WARM_UP = 2;

export interface WorkloadEnvironment {
  readonly paper: PaperDevice;
  /** What was calibrated here; null: it was not. */
  readonly here: CostModel | null;
  readonly signal: AbortSignal;
  readonly onScene: (done: number) => void;
}

/** Simulates every workload, in order. */
export async function runScenes(
  experiment: SimulatedExperiment,
  to: WorkloadEnvironment,
): Promise<readonly SimulatedRun[]> {
  const runs: SimulatedRun[] = [];
  for (const workload of experiment.workloads) {
    to.signal.throwIfAborted();
    to.onScene(runs.length);
    runs.push(await runWorkload(experiment, workload, to));
    // Simulating blocks the thread; signals come between workloads.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return runs;
}

async function runWorkload(
  { environment, set }: SimulatedExperiment,
  workload: Workload,
  { here, paper }: WorkloadEnvironment,
) {
  const costs = set === 'here' ? here : paper.costs;
  if (costs === null) throw new DeepThingsError('DT_NOT_CALIBRATED', 'this machine has not been calibrated');
  const { cpu, cpuPeriodMs, gatewayCpu, latencyMs, linkMbps, medium } = environment ?? paper.environment;
  const combination: Combination = {
    ...workload,
    warmup: WARM_UP,
    arrivals: { kind: workload.sources > 1 ? 'at-once' : 'one-by-one' },
    cpu: [cpu],
    gatewayCpu,
    bytesPerMs: rateOf(linkMbps * 1e6),
    model: { name: 'yolov2', weights: 'synthetic' },
    maps: 'f32',
    sections: set === 'letter' ? { schedule: { faithful: true } } : {},
  };
  // What the paper's cameras gave is not known: as if it filled the network's input.
  const pictureSize = set === 'here' ? TEST_HOST_CONDITIONS.pictureSize : null;
  const conditions = { ...TEST_HOST_CONDITIONS, cpuPeriodMs, medium, latencyMs, pictureSize };
  const settings = await combinationSettings(combination, conditions, costs);
  return simulatedRun(set === 'letter' ? floatPictures(settings) : settings);
}
