import type { ComponentChildren } from 'preact';
import type { Frame } from '../contract-types.js';
import { byteSize, milliseconds, withUnit } from '../format.js';
import type { TileProgress } from '../state/select.js';
import { FrameStateBadge } from './frame-state-badge.js';
import { TilesByDevice } from './tiles-by-device.js';
import { Time } from './time.js';

interface FrameFactsProps {
  readonly frame: Frame;
  readonly progress: TileProgress;
  readonly deviceIds: readonly string[];
}

/** A frame's state, times and tiles. */
export function FrameFacts({ frame, progress, deviceIds }: FrameFactsProps) {
  const { width, height, bytes } = frame.picture;
  return (
    <dl class="frame-facts">
      <Fact name="Frame">
        <span class="id">{frame.id}</span> <FrameStateBadge state={frame.state} />
      </Fact>
      <Fact name="Submitted">
        <Time iso={frame.createdAt} /> <span class="muted">at {frame.source}</span>
      </Fact>
      <Fact name="Took">
        <Timing timing={frame.timing} />
      </Fact>
      <Fact name="Tiles">
        {progress.done} of {progress.total}
        <TilesByDevice byDevice={progress.byDevice} deviceIds={deviceIds} />
      </Fact>
      <Fact name="Picture">
        {withUnit(`${width}\u202f×\u202f${height}`, 'px')}, {byteSize(bytes)}
      </Fact>
    </dl>
  );
}

function Timing({ timing: { totalMs, fusedMs, remainingMs } }: { timing: Frame['timing'] }) {
  if (totalMs === null) return <span class="muted">not ended yet</span>;
  const parts = [
    ...(fusedMs === null ? [] : [`tiles ${milliseconds(fusedMs)}`]),
    ...(remainingMs === null ? [] : [`remaining layers ${milliseconds(remainingMs)}`]),
  ];
  return (
    <>
      {milliseconds(totalMs)}
      {parts.length > 0 && <span class="muted detail">{parts.join(', ')}</span>}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
