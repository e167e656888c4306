import { answerOf, useAnswer } from '../../components/use-answer.js';
import { formatRoute } from '../../routing/route.js';
import type { Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';

interface NeighboursProps {
  readonly id: string;
  readonly state: DashboardState;
  readonly session: Session;
}

/** Links to the frames that were accepted after and before this one. */
export function Neighbours({ id, state, session }: NeighboursProps) {
  const place = state.frames.findIndex((frame) => frame.id === id);
  const newer = state.frames[place - 1]?.id;
  const known = place < 0 ? undefined : state.frames[place + 1]?.id;
  const asked = useAnswer(known === undefined ? id : null, () => session.ask((api) => api.frames({}, id, 1)));
  const older = known ?? answerOf(asked)?.frames[0]?.id;
  return (
    <nav class="neighbours" aria-label="Frames beside this one">
      {newer !== undefined && <a href={formatRoute({ view: 'frame', frame: newer })}>← Newer frame</a>}
      {older !== undefined && <a href={formatRoute({ view: 'frame', frame: older })}>Older frame →</a>}
    </nav>
  );
}
