import { DeviceMark } from '../../components/device-mark.js';
import { DeviceStateBadge } from '../../components/device-state-badge.js';
import { Fact } from '../../components/fact.js';
import { Time } from '../../components/time.js';
import type { DeviceState } from '../../contract-types.js';
import { byteSize, engineText, macRate, milliseconds, plural, sentence } from '../../format.js';
import type { Session } from '../../session.js';
import type { PastProblem } from '../../state/dashboard-state.js';
import { DrainControl } from './drain-control.js';
import { ReleaseControl } from './release-control.js';

/** Where nothing was measured yet. */
const NOTHING = '–';

interface DeviceCardProps {
  readonly device: DeviceState;
  /** The last one that the page has heard of. */
  readonly past: PastProblem | undefined;
  readonly session: Session;
}

export function DeviceCard({ device: shown, past, session }: DeviceCardProps) {
  const { device, address, state, counters, engine, work, pending, running, lastSeenAt, problem } = shown;
  const headingId = `device-${device}`;
  return (
    <section class="panel device-card" aria-labelledby={headingId}>
      <div class="panel-head">
        <h2 id={headingId}>
          <DeviceMark device={device} />
        </h2>
        <DeviceStateBadge state={state} />
      </div>
      <p class="address">{address}</p>
      {problem !== null && <p class="device-problem">{sentence(problem)}</p>}
      <dl class="device-facts">
        <Fact name="Queue">{plural(pending, 'task')}</Fact>
        <Fact name="Running">{plural(running, 'task')}</Fact>
        <Fact name="Tiles run">{counters?.tilesRun ?? NOTHING}</Fact>
        <Fact name="Typical tile time">
          {counters && counters.tilesRun > 0 ? milliseconds(counters.tileMs) : NOTHING}
        </Fact>
        <Fact name="Speed">{work && work.computeMs > 0 ? macRate((work.macs / work.computeMs) * 1000) : NOTHING}</Fact>
        <Fact name="Memory">{counters && counters.rssBytes > 0 ? byteSize(counters.rssBytes) : NOTHING}</Fact>
        <Fact name="Steals taken">{counters?.tilesStolen ?? NOTHING}</Fact>
        <Fact name="Steals given">{counters?.tilesGiven ?? NOTHING}</Fact>
        <Fact name="Results out">{work ? byteSize(work.resultBytes) : NOTHING}</Fact>
        <Fact name="Tasks in">{work ? byteSize(work.inputBytes) : NOTHING}</Fact>
        <Fact name="Overlap in">{work ? byteSize(work.overlapBytes) : NOTHING}</Fact>
        <Fact name="Last seen">{lastSeenAt === null ? NOTHING : <Time iso={lastSeenAt} />}</Fact>
        <Fact name="Engine">{engine === null ? NOTHING : engineText(engine)}</Fact>
        <Fact name="Last error">
          <LastError isNow={problem !== null} past={past} />
        </Fact>
      </dl>
      {state === 'quarantined' && <ReleaseControl device={device} session={session} />}
      <DrainControl device={shown} session={session} />
    </section>
  );
}

function LastError({ isNow, past }: { isNow: boolean; past: PastProblem | undefined }) {
  if (isNow) return <>as above</>;
  if (past === undefined) return <>none since this page was opened</>;
  return (
    <>
      <Time iso={past.at} />: {sentence(past.detail)}
    </>
  );
}
