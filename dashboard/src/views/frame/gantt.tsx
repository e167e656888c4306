import { useRef, useState } from 'preact/hooks';
import { DeviceMark } from '../../components/device-mark.js';
import { useWidth } from '../../components/use-width.js';
import type { FrameTrace } from '../../contract-types.js';
import { capitalised, milliseconds, plural } from '../../format.js';
import { type PartName, partNameOf } from '../../state/frame-parts.js';
import { Axis, LANE_NAME_CHARACTERS } from './gantt-axis.js';
import { type DeviceLane, type PhaseKind, type TileBar, type Timeline, timelineOf } from './timeline.js';

const ROW_PX = 22;
const BAR_PX = 16;

const KINDS: readonly { readonly kind: PhaseKind; readonly text: string }[] = [
  { kind: 'transfer', text: 'transfer: from asking the victim to having the task' },
  { kind: 'waiting', text: 'waiting on the device' },
  { kind: 'overlap', text: 'overlap: fetching strips of neighbours' },
  { kind: 'compute', text: 'compute' },
];

/** What each device did for a frame, over time. The table below says the same in numbers. */
export function Gantt({ trace }: { trace: FrameTrace }) {
  const timeline = timelineOf(trace);
  const name = partNameOf(trace.strategy);
  const [pointed, setPointed] = useState<TileBar | null>(null);
  if (timeline.devices.length === 0) return <p class="muted">No {name} is done yet.</p>;
  return (
    <div class="gantt">
      <svg width="0" height="0" class="defs" aria-hidden="true">
        <defs>
          <pattern id="gantt-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path class="hatch" d="M0 0 V5" />
          </pattern>
        </defs>
      </svg>
      {timeline.devices.map((lane) => (
        <Lane key={lane.device} lane={lane} name={name} timeline={timeline} pointed={pointed} onPoint={setPointed} />
      ))}
      <Axis timeline={timeline} />
      <p class="gantt-readout">
        {pointed === null ? (
          <span class="muted">Point at a {name} for its numbers.</span>
        ) : (
          <Readout name={name} bar={pointed} />
        )}
      </p>
      <ul class="gantt-legend">
        {KINDS.map(({ kind, text }) => (
          <li key={kind}>
            <svg width="22" height="12" aria-hidden="true">
              <rect class={`phase ${kind}`} width="22" height="12" rx="2" />
              {kind === 'overlap' && <rect fill="url(#gantt-hatch)" width="22" height="12" rx="2" />}
            </svg>
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface LaneProps {
  readonly name: PartName;
  readonly lane: DeviceLane;
  readonly timeline: Timeline;
  readonly pointed: TileBar | null;
  readonly onPoint: (bar: TileBar | null) => void;
}

function Lane({ name, lane, timeline, pointed, onPoint }: LaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 600);
  const scale = width / (timeline.toMs - timeline.fromMs);
  const height = lane.rows.length * ROW_PX;
  const tiles = lane.rows.flat().length;
  return (
    <div class="gantt-lane">
      <div class="gantt-device">
        <DeviceMark device={lane.device} characters={LANE_NAME_CHARACTERS} />
      </div>
      <div ref={box} class="gantt-track">
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${lane.device}: ${plural(tiles, name)}, the table below has their times`}
          onMouseMove={({ offsetX, offsetY }) => {
            const atMs = timeline.fromMs + offsetX / scale;
            const row = lane.rows[Math.floor(offsetY / ROW_PX)] ?? [];
            onPoint(row.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs) ?? null);
          }}
          onMouseLeave={() => onPoint(null)}
        >
          {lane.rows.map((bars, row) =>
            bars.map((bar) => (
              <g key={bar.tile} class={bar.tile === pointed?.tile ? 'gantt-bar pointed' : 'gantt-bar'}>
                {bar.phases.map(({ kind, fromMs, toMs }) => {
                  const place = {
                    x: (fromMs - timeline.fromMs) * scale,
                    y: row * ROW_PX + (ROW_PX - BAR_PX) / 2,
                    width: Math.max(1, (toMs - fromMs) * scale),
                    height: BAR_PX,
                  };
                  return (
                    <g key={kind}>
                      <rect class={`phase ${kind}`} {...place} />
                      {kind === 'overlap' && <rect fill="url(#gantt-hatch)" {...place} />}
                    </g>
                  );
                })}
                <BarLabel bar={bar} row={row} scale={scale} fromMs={timeline.fromMs} />
              </g>
            )),
          )}
        </svg>
      </div>
    </div>
  );
}

/** The part's number, where the computation is long enough to hold it. */
function BarLabel({ bar, row, scale, fromMs }: { bar: TileBar; row: number; scale: number; fromMs: number }) {
  const compute = bar.phases.find(({ kind }) => kind === 'compute');
  if (compute === undefined || (compute.toMs - compute.fromMs) * scale < 18) return null;
  const x = ((compute.fromMs + compute.toMs) / 2 - fromMs) * scale;
  return (
    <text class="bar-label" x={x} y={row * ROW_PX + ROW_PX / 2 + 4}>
      {bar.tile}
    </text>
  );
}

function Readout({ name, bar }: { name: PartName; bar: TileBar }) {
  return (
    <>
      <strong>
        {capitalised(name)} {bar.tile}
      </strong>{' '}
      on {bar.device}: {bar.phases.map(({ kind, fromMs, toMs }) => `${kind} ${milliseconds(toMs - fromMs)}`).join(', ')}
      ; accepted {milliseconds(bar.toMs)} after the frame
    </>
  );
}
