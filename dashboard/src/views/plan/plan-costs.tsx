import type { ComponentChildren } from 'preact';
import { byteSize, macs, times } from '../../format.js';
import type { PlanSketch } from './plan-sketch.js';

/** What a plan costs in computation, transfer and memory. */
export function PlanCosts({ sketch: { cost, reusedMacs } }: { sketch: PlanSketch }) {
  return (
    <dl class="plain-facts plan-costs">
      <Cost
        name="Work without reuse"
        compared={`${times(cost.macs / cost.neededMacs)} of the ${macs(cost.neededMacs)} needed`}
      >
        {macs(cost.macs)}
      </Cost>
      <Cost
        name="Work, all overlap reused"
        compared={`${times(reusedMacs / cost.neededMacs)} of it; one device, row by row`}
      >
        {macs(reusedMacs)}
      </Cost>
      <Cost name="Inputs of all tiles" compared={`${times(cost.inputBytes / cost.frameBytes)} the picture`}>
        {byteSize(cost.inputBytes)}
      </Cost>
      <Cost name="Outputs of all tiles" compared="to the gateway, as F32">
        {byteSize(cost.outputBytes)}
      </Cost>
      <Cost
        name="Memory of the largest tile"
        compared={`${times(cost.peakBytes / cost.untiledPeakBytes)} of the ${byteSize(cost.untiledPeakBytes)} untiled`}
      >
        {byteSize(cost.peakBytes)}
      </Cost>
    </dl>
  );
}

function Cost({ name, compared, children }: { name: string; compared: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children} <span class="note">{compared}</span>
      </dd>
    </div>
  );
}
