import { Panel } from '../../components/panel.js';
import { answerOf, useAnswer } from '../../components/use-answer.js';
import type { Frame } from '../../contract-types.js';
import { formatRoute } from '../../routing/route.js';
import type { Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { FramePicture } from './frame-picture.js';
import { FrameTraceView } from './frame-trace-view.js';

interface FrameViewProps {
  readonly id: string;
  readonly state: DashboardState;
  readonly session: Session;
}

/** One frame: its picture, what was found, and what happened to its parts. */
export function FrameView({ id, state, session }: FrameViewProps) {
  const told = state.frames.find((frame) => frame.id === id) ?? null;
  const isConnected = state.connection.kind === 'live' ? 'live' : 'away';
  const asked = useAnswer(told === null ? `${id} ${isConnected}` : null, () => session.ask((api) => api.frame(id)));
  // It may leave the latest frames while it is looked at.
  const frame: Frame | null = told ?? answerOf(asked);
  const trace = useAnswer(frame === null ? null : `${id} ${frame.state}`, () => session.ask((api) => api.trace(id)));
  if (frame === null) {
    return asked.kind === 'failed' ? (
      <Panel title={`Frame ${id}`}>
        <div class="empty">
          <p class="error">{asked.why}</p>
          <p>
            The gateway keeps the latest frames only, for as long as <code>store</code> in cluster.yaml says. See{' '}
            <a href={formatRoute({ view: 'history', filter: {}, before: null })}>those that it has</a>.
          </p>
        </div>
      </Panel>
    ) : (
      <p class="loading muted">Loading…</p>
    );
  }
  return (
    <>
      <FramePicture frame={frame} state={state} session={session} trace={answerOf(trace)} />
      {trace.kind === 'failed' ? (
        <Panel title="Timeline">
          <p class="error">What happened to its parts cannot be shown. {trace.why}</p>
        </Panel>
      ) : (
        <FrameTraceView trace={answerOf(trace)} />
      )}
    </>
  );
}
