import { Panel } from '../../components/panel.js';
import type { FrameTrace } from '../../contract-types.js';
import { BytesByKind } from './bytes-by-kind.js';
import { Gantt } from './gantt.js';
import { TileTable } from './tile-table.js';
import { WorkDone } from './work-done.js';

/** What happened to the tiles of a frame: when, where, and what it cost. */
export function FrameTraceView({ trace }: { trace: FrameTrace | null }) {
  if (trace === null) return <p class="loading muted">Loading…</p>;
  return (
    <>
      <Panel title="Timeline">
        <Gantt trace={trace} />
      </Panel>
      <div class="pair">
        <Panel title="Bytes by kind">
          <BytesByKind bytes={trace.bytes} />
        </Panel>
        <Panel title="Work">
          <WorkDone trace={trace} />
        </Panel>
      </div>
      <Panel title={trace.strategy === 'modnn' ? 'Slices' : 'Tiles'}>
        <TileTable trace={trace} />
      </Panel>
    </>
  );
}
