import type { DeviceState, Notice } from '../../contract-types.js';
import { sentence } from '../../format.js';
import { formatRoute } from '../../routing/route.js';
import { isAmiss, type Problem } from '../../state/problems.js';
import { Time } from '../time.js';

interface ProblemStripProps {
  readonly problems: readonly Problem[];
  readonly onDismiss: (notice: Notice) => void;
}

/** What is wrong, and how to fix it. Its frame stays in the page when it is empty, so that additions are read out. */
export function ProblemStrip({ problems, onDismiss }: ProblemStripProps) {
  return (
    <div aria-live="polite">
      {problems.length > 0 && (
        <section class="problems" aria-labelledby="problems-heading">
          <h2 id="problems-heading" class="visually-hidden">
            Problems
          </h2>
          <ul>
            {problems.map((problem) => (
              <ProblemItem key={keyOf(problem)} problem={problem} onDismiss={onDismiss} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function ProblemItem({ problem, onDismiss }: { problem: Problem; onDismiss: (notice: Notice) => void }) {
  if (problem.kind === 'device') {
    const { device, lastSeenAt, state } = problem.device;
    return (
      <li>
        <p>
          <strong>
            Device {device} {whatIsWrong(state)}
          </strong>
          {lastSeenAt !== null && (
            <span class="muted">
              {' · '}
              last seen <Time iso={lastSeenAt} />
            </span>
          )}
        </p>
        <p>
          {sentence(problem.detail)}
          {state === 'quarantined' && (
            <>
              {' '}
              <a href={formatRoute({ view: 'devices' })}>See the devices</a>
            </>
          )}
        </p>
      </li>
    );
  }
  const { notice } = problem;
  return (
    <li>
      <p>
        <strong>{notice.code}</strong>
        <span class="muted">
          {' · '}
          <Time iso={notice.at} />
          {notice.times > 1 && `, ${notice.times} times`}
        </span>
      </p>
      <p>
        {sentence(notice.detail)}
        {notice.frame !== null && (
          <>
            {' '}
            <a href={formatRoute({ view: 'frame', frame: notice.frame })}>See the frame</a>
          </>
        )}
      </p>
      <button type="button" onClick={() => onDismiss(notice)} aria-label={`Dismiss ${notice.code}`}>
        Dismiss
      </button>
    </li>
  );
}

function whatIsWrong(state: DeviceState['state']): string {
  if (state === 'quarantined') return 'is in quarantine';
  return isAmiss({ state }) ? `is ${state}` : 'has a problem';
}

function keyOf(problem: Problem): string {
  return problem.kind === 'device' ? problem.device.device : `${problem.notice.code} ${problem.notice.detail}`;
}
