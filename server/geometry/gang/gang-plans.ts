import { DeepThingsError } from '../../errors.js';
import type { GangPlan, GangPlanName } from './gang-plan.js';

/** The plans that gangs of a cluster follow. */
export interface GangPlans {
  /** Of frames that devices compute together. */
  readonly gang: GangPlan;
  /** The same of MoDNN: a stage for each of the fused layers; null where these are no chain. */
  readonly layerGang: GangPlan | null;
}

/**
 * Returns one of the plans of gangs.
 *
 * @throws DeepThingsError `DT_TASK_BODY` where the fused layers are no chain, and a task or a result is of MoDNN.
 */
export function gangPlanOf({ gang, layerGang }: GangPlans, name: GangPlanName): GangPlan {
  if (name === 'stages') return gang;
  if (layerGang !== null) return layerGang;
  throw new DeepThingsError(
    'DT_TASK_BODY',
    `the fused part of ${gang.stage.graph.name} is no chain of layers, as MoDNN needs it`,
  );
}
