import type { ClusterConfig } from '../../config/cluster-config.js';
import { formatGrid } from '../../geometry/grid.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';

/** Strategies whose frames are not cut into tiles. */
const WITHOUT_TILES: Partial<Record<StrategyName, string>> = {
  auto: 'each frame on as many devices as suit it',
  gang: 'each frame shared out among the devices',
  whole: 'each frame whole on one device',
};

/** Says in a few words how the cluster divides the work of a frame. */
export function describeWork({ devices, partition, schedule }: ClusterConfig): string {
  const { fusedDepth, grid } = partition;
  const { strategy } = schedule;
  if (devices.length === 0) return 'which the gateway computes by itself';
  const layers = typeof fusedDepth === 'number' ? `${fusedDepth} layers` : 'layers';
  if (strategy === 'modnn') return `its first ${layers} shared out one by one, ${strategy}`;
  return `${WITHOUT_TILES[strategy] ?? `its first ${layers} cut into ${formatGrid(grid)} tiles`}, ${strategy}`;
}
