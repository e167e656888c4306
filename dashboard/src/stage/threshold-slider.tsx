import { useId } from 'preact/hooks';
import { score } from '../format.js';

interface ThresholdSliderProps {
  readonly value: number;
  /** The model's threshold: nothing was found below it. */
  readonly least: number;
  readonly shown: number;
  readonly total: number;
  readonly onChange: (value: number) => void;
}

/** Hides what the model is less sure of. */
export function ThresholdSlider({ value, least, shown, total, onChange }: ThresholdSliderProps) {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>Minimum score</label>
      <input
        id={id}
        type="range"
        min={least}
        max="1"
        step="0.01"
        value={value}
        aria-valuetext={`${score(value)}, ${shown} of ${total} shown`}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output for={id}>
        {score(value)}{' '}
        <span class="muted">
          · {shown} of {total} shown
        </span>
      </output>
    </div>
  );
}
