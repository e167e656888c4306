import { DeviceMark } from '../../components/device-mark.js';
import { DeviceStateBadge } from '../../components/device-state-badge.js';
import { Fact } from '../../components/fact.js';
import { StartCommand } from '../../components/status/start-command.js';
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
  /** Never there yet, and nothing is wrong. */
  readonly isAwaited: boolean;
  /** The last one that the page has heard of. */
  readonly past: PastProblem | undefined;
  readonly session: Session;
}

export function DeviceCard({ device: shown, isAwaited, past, session }: DeviceCardProps) {
  const { device, address, state, problem } = shown;
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
      {isAwaited || state === 'left' ? (
        <ToStart device={device} isAwaited={isAwaited} />
      ) : (
        problem !== null && <p class="device-problem">{sentence(problem)}</p>
      )}
      {!isAwaited && <DeviceFacts device={shown} past={past} />}
      {state === 'quarantined' && <ReleaseControl device={device} session={session} />}
      {!isAwaited && <DrainControl device={shown} session={session} />}
    </section>
  );
}

function ToStart({ device, isAwaited }: { device: string; isAwaited: boolean }) {
  return (
    <>
      <p class="muted">{isAwaited ? 'It has not joined yet' : 'It was stopped'}. Start it on its machine:</p>
      <StartCommand device={device} />
    </>
  );
}

function DeviceFacts({ device, past }: Pick<DeviceCardProps, 'device' | 'past'>) {
  const { counters, engine, work, pending, running, lastSeenAt, problem, state } = device;
  return (
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
        <LastError isNow={problem !== null && state !== 'left'} past={past} />
      </Fact>
    </dl>
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
