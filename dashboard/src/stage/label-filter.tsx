interface LabelFilterProps {
  /** Labels of the detections. */
  readonly labels: readonly string[];
  readonly hidden: ReadonlySet<string>;
  readonly onChange: (hidden: ReadonlySet<string>) => void;
}

/** Check boxes that hide the detections of a label. */
export function LabelFilter({ labels, hidden, onChange }: LabelFilterProps) {
  const toggle = (label: string): void => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    onChange(next);
  };
  return (
    <fieldset class="label-filter">
      <legend class="muted">Show</legend>
      {labels.map((label) => (
        <label class="check" key={label}>
          <input type="checkbox" checked={!hidden.has(label)} onChange={() => toggle(label)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
