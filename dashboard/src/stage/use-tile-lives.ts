import { answerOf, useAnswer } from '../components/use-answer.js';
import type { Frame } from '../contract-types.js';
import type { Session } from '../session.js';
import { isEnded } from '../state/dashboard-state.js';
import { livesOfTrace, type TileLives } from '../state/tile-life.js';

/** A frame's tiles as they were told live, or by its trace where some of that was missed. */
export function useTileLives(frame: Frame, told: TileLives | undefined, session: Session): TileLives {
  const isMissing = isEnded(frame) && Object.keys(told ?? {}).length < frame.tiles.total;
  const asked = useAnswer(isMissing ? frame.id : null, () =>
    session.ask((api) => api.trace(frame.id)).then(livesOfTrace),
  );
  const traced = isMissing && asked.kind === 'answered' ? answerOf(asked) : null;
  return traced ?? told ?? {};
}
