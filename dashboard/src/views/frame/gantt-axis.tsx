import { useRef } from 'preact/hooks';
import { useWidth } from '../../components/use-width.js';
import { milliseconds } from '../../format.js';
import { axisTicks } from './axis-ticks.js';

/** As much of a device's name as stands beside its lane (`frame.css`). */
export const LANE_NAME_CHARACTERS = 8;

/** The time below the lanes of a timeline, in ms since the frame was accepted. */
export function Axis({ timeline: { fromMs, toMs } }: { timeline: { readonly fromMs: number; readonly toMs: number } }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 600);
  const scale = width / (toMs - fromMs);
  return (
    <div class="gantt-lane">
      <div class="gantt-device" />
      <div ref={box} class="gantt-track">
        <svg width={width} height="20" aria-hidden="true" class="gantt-axis">
          {axisTicks(fromMs, toMs, Math.max(2, Math.floor(width / 90))).map((tick) => (
            <g key={tick}>
              <line x1={(tick - fromMs) * scale} x2={(tick - fromMs) * scale} y1="0" y2="5" />
              <text x={(tick - fromMs) * scale} y="17" text-anchor={(tick - fromMs) * scale < 20 ? 'start' : 'middle'}>
                {milliseconds(tick)}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </div>
  );
}
