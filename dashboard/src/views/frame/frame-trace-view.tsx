import { Panel } from '../../components/panel.js';
import type { FrameTrace } from '../../contract-types.js';
import { capitalised } from '../../format.js';
import { partNameOf } from '../../state/frame-parts.js';
import { BytesByKind } from './bytes-by-kind.js';
import { Gantt } from './gantt.js';
import { TileTable } from './tile-table.js';
import { WorkDone } from './work-done.js';

/** What happened to the parts of a frame: when, where, and what it cost. */
export function FrameTraceView({ trace }: { trace: FrameTrace | null }) {
  if (trace === null) return <p class="loading muted">Loading…</p>;
  return (
    <>
      <Panel title="Timeline">
        <Gantt trace={trace} />
      </Panel>
      <div class="pair">
        <Panel title="Bytes by kind">
          <BytesByKind trace={trace} />
        </Panel>
        <Panel title="Work">
          <WorkDone trace={trace} />
        </Panel>
      </div>
      <Panel title={`${capitalised(partNameOf(trace.strategy))}s`}>
        <TileTable trace={trace} />
      </Panel>
    </>
  );
}
