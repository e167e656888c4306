import { useId } from 'preact/hooks';
import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import type { PlanChoice } from '../../routing/route.js';
import type { PlanLimits } from './plan-sketch.js';

interface PlanSlidersProps {
  readonly plan: FtpPlan;
  readonly limits: PlanLimits;
  readonly onChoose: (choice: PlanChoice) => void;
}

export function PlanSliders({ plan, limits, onChoose }: PlanSlidersProps) {
  const { rows, columns } = plan.grid;
  return (
    <div class="sliders">
      <Slider
        name="Rows"
        value={rows}
        most={limits.rows}
        onChange={(value) => onChoose({ grid: { rows: value, columns } })}
      />
      <Slider
        name="Columns"
        value={columns}
        most={limits.columns}
        onChange={(value) => onChoose({ grid: { rows, columns: value } })}
      />
      <Slider
        name="Fused layers"
        value={plan.stage.layers}
        most={limits.depth}
        onChange={(depth) => onChoose({ depth })}
      />
    </div>
  );
}

interface SliderProps {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

export function Slider({ name, value, least = 1, most, onChange }: SliderProps) {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>{name}</label>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step="1"
        value={value}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output for={id}>{value}</output>
    </div>
  );
}
