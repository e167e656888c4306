import { DeviceMark } from '../../components/device-mark.js';
import { Panel } from '../../components/panel.js';
import type { FrameTrace } from '../../contract-types.js';
import { capitalised, milliseconds } from '../../format.js';
import { partNameOf } from '../../state/frame-parts.js';
import { BytesByKind } from './bytes-by-kind.js';
import { GangGantt } from './gang-gantt.js';
import { Gantt } from './gantt.js';
import { StageTable } from './stage-table.js';
import { TileTable } from './tile-table.js';
import { WorkDone } from './work-done.js';

const OUTCOMES = {
  computed: '',
  failed: ', not computed',
  audited: ', and once more by the gateway, to check',
  'given-up': ', given up',
} as const;

/** The devices that were given the remaining layers, and the gateway where it computed them after one. */
function RemainingTries({ tries }: { tries: NonNullable<FrameTrace['remaining']> }) {
  return tries.map(({ begunAtMs, detail, device, endedAtMs, outcome }) => (
    <p key={`${device} ${begunAtMs}`} title={detail ?? undefined}>
      Remaining layers on <DeviceMark device={device} />: from {milliseconds(begunAtMs)}
      {endedAtMs === null ? ' on' : ` to ${milliseconds(endedAtMs)}`}
      {outcome === null ? '' : OUTCOMES[outcome]}
    </p>
  ));
}

/** What happened to the parts of a frame: when, where, and what it cost. */
export function FrameTraceView({ trace }: { trace: FrameTrace | null }) {
  if (trace === null) return <p class="loading muted">Loading…</p>;
  const { gang } = trace;
  return (
    <>
      <Panel title="Timeline">
        {gang === undefined ? <Gantt trace={trace} /> : <GangGantt gang={gang} />}
        <RemainingTries tries={trace.remaining ?? []} />
      </Panel>
      <div class="pair">
        <Panel title="Bytes by kind">
          <BytesByKind trace={trace} />
        </Panel>
        <Panel title="Work">
          <WorkDone trace={trace} />
        </Panel>
      </div>
      {gang !== undefined && (
        <Panel title="Stages">
          <StageTable attempt={gang.at(-1)!} />
        </Panel>
      )}
      <Panel title={`${capitalised(partNameOf(trace.strategy))}s`}>
        <TileTable trace={trace} />
      </Panel>
    </>
  );
}
