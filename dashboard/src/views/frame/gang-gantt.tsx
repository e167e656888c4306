import { useRef, useState } from 'preact/hooks';
import { DeviceMark } from '../../components/device-mark.js';
import { useWidth } from '../../components/use-width.js';
import type { FrameTrace } from '../../contract-types.js';
import { byteSize, milliseconds, plural, sentence } from '../../format.js';
import { type BlockSpan, type GangLane, type GangTimeline, gangTimelineOf, type MemberRow } from './gang-timeline.js';
import { Axis, LANE_NAME_CHARACTERS } from './gantt-axis.js';

const ROW_PX = 26;
const BAR_PX = 16;

const KINDS: readonly { readonly kind: BlockSpan['kind']; readonly text: string }[] = [
  { kind: 'prepare', text: 'prepare: decode and letterbox its part of the picture' },
  { kind: 'waiting', text: 'wait for strips of other members' },
  { kind: 'compute', text: 'compute a stage' },
  { kind: 'result', text: 'result on its way to the gateway' },
  { kind: 'ended', text: 'an earlier gang, whose work is void' },
];

interface Pointed {
  readonly attempt: number;
  readonly row: MemberRow;
  readonly span: BlockSpan;
}

/** A row for each member of a frame's gangs and a bar for each stage. The tables below say the same in numbers. */
export function GangGantt({ gang }: { gang: NonNullable<FrameTrace['gang']> }) {
  const timeline = gangTimelineOf(gang);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const kinds = new Set(
    timeline.lanes.flatMap(({ rows }) => rows.flatMap(({ spans }) => spans.map(({ kind }) => kind))),
  );
  const hasStrips = timeline.lanes.some(({ strips }) => strips.length > 0);
  if (kinds.size === 0) return <p class="muted">No block is done yet.</p>;
  return (
    <div class="gantt gang-gantt">
      {timeline.lanes.map((lane) => (
        <Lane key={lane.attempt} lane={lane} timeline={timeline} pointed={pointed} onPoint={setPointed} />
      ))}
      <Axis timeline={timeline} />
      <p class="gantt-readout">
        {pointed === null ? (
          <span class="muted">Point at a stage for its numbers.</span>
        ) : (
          <Readout gang={gang} pointed={pointed} />
        )}
      </p>
      <ul class="gantt-legend">
        {KINDS.filter(({ kind }) => kinds.has(kind)).map(({ kind, text }) => (
          <li key={kind}>
            <svg width="22" height="12" aria-hidden="true">
              <rect class={`phase ${kind}`} width="22" height="12" rx="2" />
            </svg>
            {text}
          </li>
        ))}
        {hasStrips && (
          <li>
            <svg width="22" height="12" aria-hidden="true">
              <line class="strip-line" x1="2" y1="1" x2="20" y2="11" />
            </svg>
            strips: from the stage that makes them to the next stage of the member that reads them
          </li>
        )}
      </ul>
    </div>
  );
}

interface LaneProps {
  readonly lane: GangLane;
  readonly timeline: GangTimeline;
  readonly pointed: Pointed | null;
  readonly onPoint: (pointed: Pointed | null) => void;
}

function Lane({ lane, timeline, pointed, onPoint }: LaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 600);
  const scale = width / (timeline.toMs - timeline.fromMs);
  const x = (ms: number) => (ms - timeline.fromMs) * scale;
  const rowOf = new Map(lane.rows.map(({ member }, row) => [member, row]));
  const middle = (member: number) => (rowOf.get(member)! + 0.5) * ROW_PX;
  const { attempt, end, rows, strips } = lane;
  return (
    <>
      {(end !== null || timeline.lanes.length > 1) && <Heading lane={lane} />}
      <div class={`gantt-lane ${end === null ? '' : 'given-up'}`}>
        <div class="gantt-members">
          {rows.map(({ device, member }) => (
            <div key={member} class="gantt-device" style={{ height: `${ROW_PX}px` }}>
              <DeviceMark device={device} characters={LANE_NAME_CHARACTERS} />
            </div>
          ))}
        </div>
        <div ref={box} class="gantt-track">
          <svg
            width={width}
            height={rows.length * ROW_PX}
            role="img"
            aria-label={`Attempt ${attempt}: ${plural(rows.length, 'member')}, ${plural(strips.length, 'body', 'bodies')} of strips; the tables below have the times`}
            onMouseMove={({ offsetX, offsetY }) => {
              const atMs = timeline.fromMs + offsetX / scale;
              const row = rows[Math.floor(offsetY / ROW_PX)];
              const span = row?.spans.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
              onPoint(row === undefined || span === undefined ? null : { attempt, row, span });
            }}
            onMouseLeave={() => onPoint(null)}
          >
            {rows.map(({ member, spans }, row) =>
              spans.map((span) => {
                const isPointed =
                  pointed?.attempt === attempt && pointed.row.member === member && isSame(pointed.span, span);
                return <Bar key={`${member} ${span.kind} ${span.fromMs}`} {...{ span, row, x, isPointed }} />;
              }),
            )}
            <g class="strip-lines">
              {strips.map(({ from, readMs, sentMs, stage, to }) => {
                const down = Math.sign(middle(to) - middle(from)) * (BAR_PX / 2);
                const place = { x1: x(sentMs), y1: middle(from) + down, x2: x(readMs), y2: middle(to) - down };
                return <line key={`${from} ${to} ${stage}`} class="strip-line" {...place} />;
              })}
            </g>
          </svg>
        </div>
      </div>
    </>
  );
}

function Heading({ lane: { attempt, end, generation } }: { lane: GangLane }) {
  return (
    <p class="gantt-attempt">
      <strong>Attempt {attempt}</strong>
      {generation > 1 && `, generation ${generation}`}
      {end !== null && <span class="muted">: given up. {sentence(end.detail)}</span>}
    </p>
  );
}

interface BarProps {
  readonly span: BlockSpan;
  readonly row: number;
  readonly x: (ms: number) => number;
  readonly isPointed: boolean;
}

function Bar({ isPointed, row, span: { fromMs, kind, stage, toMs }, x }: BarProps) {
  const width = Math.max(1, x(toMs) - x(fromMs));
  const thin = kind === 'result' || kind === 'waiting';
  const height = thin ? BAR_PX / 2 : BAR_PX;
  const y = row * ROW_PX + (ROW_PX - height) / 2;
  // A gap of a pixel tells a stage from the next.
  const drawn = kind === 'compute' && width > 3 ? width - 1 : width;
  return (
    <g class={isPointed ? 'gantt-bar pointed' : 'gantt-bar'}>
      <rect class={`phase ${kind}`} x={x(fromMs)} y={y} width={drawn} height={height} />
      {kind === 'compute' && width >= 18 && (
        <text class="bar-label" x={x((fromMs + toMs) / 2)} y={row * ROW_PX + ROW_PX / 2 + 4}>
          {stage}
        </text>
      )}
    </g>
  );
}

function Readout({
  gang,
  pointed: { attempt, row, span },
}: {
  gang: NonNullable<FrameTrace['gang']>;
  pointed: Pointed;
}) {
  const { device, member } = row;
  const took = milliseconds(span.toMs - span.fromMs);
  const blocks = gang.find((one) => one.attempt === attempt)?.blocks;
  const stage = span.stage === null ? undefined : blocks?.[member]?.stages[span.stage];
  const sent = stage?.sent.map(({ bytes, to }) => `${byteSize(bytes)} to ${blocks?.[to]?.device}`).join(', ');
  return (
    <>
      <strong>Member {member}</strong> on {device},{' '}
      {stage === undefined
        ? `${span.kind === 'ended' ? 'given up after' : span.kind} ${took}`
        : `stage ${span.stage}: waited ${milliseconds(stage.waitMs)}, took ${milliseconds(stage.endedAtMs - stage.beganAtMs)} (engine ${milliseconds(stage.computeMs)}), sent ${sent || 'nothing'}`}
    </>
  );
}

function isSame(one: BlockSpan, other: BlockSpan): boolean {
  return one.kind === other.kind && one.fromMs === other.fromMs;
}
