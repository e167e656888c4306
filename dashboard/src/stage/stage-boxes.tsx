import type { Detection, Frame } from '../contract-types.js';
import { score } from '../format.js';
import { boxArea, type Rectangle } from './stage-geometry.js';

/** Of a character of the page's font, in ems: labels are short, and a little too much room does not hurt. */
const CHARACTER = 0.6;

interface StageBoxesProps {
  readonly frame: Frame;
  readonly detections: readonly Detection[];
  /** What is visible of the input; labels stay within it. */
  readonly view: Rectangle;
  /** Input pixels in one pixel of the screen. */
  readonly unit: number;
  readonly highlighted: Detection | null;
  /** False: boxes have no labels. True when absent. */
  readonly hasLabels?: boolean;
}

/** A box around everything found, with label and score. */
export function StageBoxes({ frame, detections, view, unit, highlighted, hasLabels = true }: StageBoxesProps) {
  const font = 13 * unit;
  // The surest last, so that its label is not covered.
  const ordered = detections.toSorted((one, other) => one.score - other.score);
  return (
    <g class="stage-boxes">
      {ordered.map((detection, index) => {
        const { x, y, width, height } = boxArea(frame, detection);
        const text = `${detection.label} ${score(detection.score)}`;
        const labelWidth = text.length * CHARACTER * font + 8 * unit;
        const labelHeight = font * 1.45;
        const labelX = Math.max(view.x, Math.min(x, view.x + view.width - labelWidth));
        const labelY = y - labelHeight >= view.y ? y - labelHeight : y;
        return (
          <g
            key={index}
            class={detection === highlighted ? 'stage-box highlighted' : 'stage-box'}
            data-label={detection.label}
          >
            <rect class="under" x={x} y={y} width={width} height={height} />
            <rect class="line" x={x} y={y} width={width} height={height} />
            {hasLabels && (
              <>
                <rect class="label-ground" x={labelX} y={labelY} width={labelWidth} height={labelHeight} />
                <text x={labelX + 4 * unit} y={labelY + labelHeight * 0.74} font-size={font}>
                  {text}
                </text>
              </>
            )}
          </g>
        );
      })}
    </g>
  );
}
