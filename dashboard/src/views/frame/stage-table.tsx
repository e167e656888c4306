import { DeviceMark } from '../../components/device-mark.js';
import { ScrolledTable } from '../../components/scrolled-table.js';
import type { FrameTrace } from '../../contract-types.js';
import { byteSize, milliseconds } from '../../format.js';

type GangAttempt = NonNullable<FrameTrace['gang']>[number];

/** The stages of a frame's gang in numbers: a row for each stage, a column for each member. */
export function StageTable({ attempt: { blocks } }: { attempt: GangAttempt }) {
  const count = Math.max(0, ...blocks.map(({ stages }) => stages.length));
  if (count === 0) return <p class="muted">No block is done yet.</p>;
  return (
    <ScrolledTable name="Stages" look="tile-table stage-table">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          {blocks.map(({ device, member }) => (
            <th scope="col" class="number" key={member}>
              <DeviceMark device={device} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: count }, (_, stage) => (
          <tr key={stage}>
            <th scope="row">{stage}</th>
            {blocks.map(({ member, stages }) => (
              <StageCell key={member} stage={stages[stage]} />
            ))}
          </tr>
        ))}
      </tbody>
    </ScrolledTable>
  );
}

function StageCell({ stage }: { stage: GangAttempt['blocks'][number]['stages'][number] | undefined }) {
  if (stage === undefined) return <td class="number">–</td>;
  const { beganAtMs, endedAtMs, sent, waitMs } = stage;
  const bytes = sent.reduce((sum, body) => sum + body.bytes, 0);
  return (
    <td class="number">
      {milliseconds(endedAtMs - beganAtMs)}
      <span class="note">waited {milliseconds(waitMs)}</span>
      {sent.length > 0 && <span class="note">sent {byteSize(bytes)}</span>}
    </td>
  );
}
