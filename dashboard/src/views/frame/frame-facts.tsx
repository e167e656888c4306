import { DeviceMark } from '../../components/device-mark.js';
import { Fact } from '../../components/fact.js';
import { Time } from '../../components/time.js';
import type { Frame } from '../../contract-types.js';
import { byteSize, milliseconds, withUnit } from '../../format.js';

/** A frame's origin and times. */
export function FrameFacts({ frame }: { frame: Frame }) {
  const { width, height, bytes } = frame.picture;
  const { totalMs, fusedMs, remainingMs } = frame.timing;
  return (
    <dl class="plain-facts">
      <Fact name="Submitted">
        <Time iso={frame.createdAt} />
      </Fact>
      <Fact name="Source">
        <DeviceMark device={frame.source} />
      </Fact>
      {frame.camera === undefined ? null : <Fact name="Camera">{frame.camera}</Fact>}
      {frame.tags === undefined ? null : <Fact name="Tags">{frame.tags.join(', ')}</Fact>}
      <Fact name="Strategy">{frame.strategy}</Fact>
      {frame.choice === undefined ? null : <Fact name="Devices">{frame.choice.reason}</Fact>}
      <Fact name="Took">{totalMs === null ? <span class="muted">not ended yet</span> : milliseconds(totalMs)}</Fact>
      <Fact name="Fused layers">{fusedMs === null ? '–' : milliseconds(fusedMs)}</Fact>
      <Fact name="Remaining layers">{remainingMs === null ? '–' : milliseconds(remainingMs)}</Fact>
      <Fact name="Picture">
        {withUnit(`${width}\u202f×\u202f${height}`, 'px')}, {byteSize(bytes)}
      </Fact>
    </dl>
  );
}
