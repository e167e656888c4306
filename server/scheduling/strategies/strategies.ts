import { ftpWorkSharing } from './ftp-work-sharing.js';
import { ftpWorkStealing, ftpWorkStealingWithReuse } from './ftp-work-stealing.js';
import { auto, gang, whole } from './gang.js';
import { modnn } from './modnn.js';
import type { Strategy, StrategyName } from './strategy.js';

const BY_NAME: Readonly<Record<StrategyName, Strategy>> = Object.freeze({
  'ftp-wst-s': ftpWorkStealingWithReuse,
  'ftp-wst': ftpWorkStealing,
  'ftp-wsh': ftpWorkSharing,
  modnn,
  gang,
  whole,
  auto,
});

export function strategyNamed(name: StrategyName): Strategy {
  return BY_NAME[name];
}
