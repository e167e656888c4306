import { DeepThingsError } from '../../../errors.js';
import { benchConfig } from '../../../evaluation/measure/bench-config.js';
import { askedStrategy } from '../../../evaluation/measure/bench-strategy.js';
import { type SimulatedRun, simulatedRun } from '../../../evaluation/simulate/simulated-run.js';
import { simulationSettingsOf } from '../../../evaluation/simulate/simulation-settings-of.js';
import { planCluster } from '../../../node/cluster-plan.js';
import type { CostModel } from '../../../simulation/cost-model.js';
import type { SimulationSettings } from '../../../simulation/simulation-settings.js';
import { arrivalsOf } from './arrival-option.js';
import type { Combination, Conditions } from './simulate-options.js';

/** Outputs that a gateway may be set to keep; simulated ones have none. */
const MOST_KEPT = 100;

export async function runCombination(
  combination: Combination,
  conditions: Conditions,
  costs: CostModel,
): Promise<SimulatedRun> {
  return simulatedRun(await combinationSettings(combination, conditions, costs));
}

/** What is to be simulated. */
export async function combinationSettings(
  combination: Combination,
  conditions: Conditions,
  costs: CostModel,
): Promise<SimulationSettings> {
  const { bytesPerMs, cpu, devices, frames, gatewayCpu, sources, strategy, warmup } = combination;
  const { cpuPeriodMs, latencyMs, medium, pictureBytes, pictureSize, queue, seed } = conditions;
  if (cpu.length > 1 && cpu.length < devices) {
    throw new DeepThingsError('DT_USAGE', `--cpu must have one value, or one for each of ${devices} devices`);
  }
  // Addresses as long as those of test hosts.
  const hosts = Array.from({ length: devices }, (_, index) => ({
    id: `e${index}`,
    address: `198.18.${Math.floor(index / 200)}.${11 + (index % 200)}`,
  }));
  const gateway = { id: 'gateway', address: '198.18.0.10' };
  const config = await benchConfig(combination, combination, { gateway, devices: hosts }, Math.min(frames, MOST_KEPT));
  const candidates = config.devices.filter(({ source }) => source).map(({ id }) => id);
  const workload = { devices: candidates, sources, frames, pictureBytes, queue, seed };
  const cpuOf = (cores: number) => ({ share: Math.min(1, cores), periodMs: cpuPeriodMs, cores: cores > 1 ? 2 : 1 });
  return simulationSettingsOf(config, await planCluster(config), {
    ...{
      ...askedStrategy(strategy),
      costs,
      seed,
      warmUp: warmup,
      arrivals: await arrivalsOf(combination.arrivals, workload),
    },
    network: { medium, bytesPerMs, latencyMs },
    pictureSize,
    gatewayCpu: cpuOf(gatewayCpu),
    cpus: hosts.map((_, index) => cpuOf(cpu[cpu.length === 1 ? 0 : index]!)),
  });
}
