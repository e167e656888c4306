import { resolveClusterConfig } from '../../config/load.js';
import { type SimulatedRun, simulatedRun } from '../../evaluation/simulated-run.js';
import { simulationSettingsOf } from '../../evaluation/simulation-settings-of.js';
import { planCluster } from '../../node/cluster-plan.js';
import type { Strategy } from '../../scheduling/strategy.js';
import type { CostModel } from '../../simulation/cost-model.js';
import { arrivalsOf } from './arrival-option.js';
import type { SimulateOptions } from './simulate-options.js';

/** One of the clusters to simulate. */
export interface Combination {
  readonly devices: number;
  readonly grid: string;
  readonly strategy: Strategy;
  readonly sources: number;
  readonly frames: number;
}

/** Every combination that makes sense: no more sources than devices. */
export function combinationsOf({ devices, grid, strategy, sources, frames }: SimulateOptions): readonly Combination[] {
  return strategy.flatMap((name) =>
    grid.flatMap((cells) =>
      devices.flatMap((count) =>
        sources
          .filter((some) => some <= count)
          .map((some) => ({ devices: count, grid: cells, strategy: name, sources: some, frames })),
      ),
    ),
  );
}

export async function runCombination(
  combination: Combination,
  options: SimulateOptions,
  costs: CostModel,
): Promise<SimulatedRun> {
  const config = await resolveClusterConfig(clusterText(combination, options), {
    file: '--yaml',
    baseDirectory: process.cwd(),
    env: process.env,
  });
  const { cpu, cpuPeriod, latency, link, medium, pictureBytes, seed } = options;
  const { frames, sources, strategy } = combination;
  const devices = config.devices.filter(({ source }) => source).map(({ id }) => id);
  const arrivals = await arrivalsOf(options.arrivals, { devices, sources, frames, pictureBytes, seed });
  return simulatedRun(
    simulationSettingsOf(config, planCluster(config), {
      ...{ arrivals, costs, strategy, seed },
      network: { medium, bytesPerMs: link, latencyMs: latency },
      cpu: { share: Math.min(1, cpu), periodMs: cpuPeriod, cores: cpu > 1 ? 2 : 1 },
    }),
  );
}

/** Addresses as long as those of the test hosts. */
function clusterText({ devices, grid }: Combination, { depth, model, yaml }: SimulateOptions): string {
  const weights = model === 'face-detector' ? '' : ', weights: synthetic';
  const declared = Array.from({ length: devices }, (_, index) => {
    const address = `http://10.200.${Math.floor(index / 200)}.${(index % 200) + 2}:8080`;
    return `  - { id: e${index}, address: '${address}' }`;
  });
  return [
    `model: { name: ${model}${weights} }`,
    `partition: { grid: ${grid}, fusedDepth: ${depth} }`,
    yaml,
    "gateway: { address: 'http://10.200.255.1:8080' }",
    `devices:\n${declared.join('\n')}\n`,
  ].join('\n');
}
