import { type Region, regionArea } from '../../geometry/region.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { SimulationSettings } from '../../simulation/simulation-settings.js';

/** A picture's value travels as one byte; as F32 it takes so many more. */
const MORE_BYTES = 3;

/** The same cluster whose pictures travel as F32, as in the paper. */
export function floatPictures(settings: SimulationSettings): SimulationSettings {
  const { plan, sizes, strategy } = settings;
  const carriesInput = strategyNamed(strategy).gang?.carries === 'input';
  const more = (region: Region) => MORE_BYTES * plan.maps[0]!.channels * regionArea(region);
  return {
    ...settings,
    sizes: {
      ...sizes,
      task: (task, input) => sizes.task(task, input) + more(input),
      picture: (frame, region) => sizes.picture(frame, region) + more(region),
      // MoDNN's tasks carry values of the letterboxed picture.
      block: (task, pictureBytes) => sizes.block(task, carriesInput ? (1 + MORE_BYTES) * pictureBytes : pictureBytes),
    },
  };
}
