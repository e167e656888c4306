import type { Frame } from '../contract-types.js';
import type { TileEvent } from '../live/live-event.js';
import type { DashboardState, DoneTiles, Submission } from './dashboard-state.js';
import { FRAMES_KEPT, isEnded } from './dashboard-state.js';

/** A frame as the gateway tells it now: in the list, where it is chosen, and where it was submitted here. */
export function noteFrame(state: DashboardState, told: Frame): DashboardState {
  const known = state.frames.find(({ id }) => id === told.id);
  const frame = latest(known, told);
  const frames = known === undefined ? insert(state.frames, frame) : state.frames.map((f) => (f === known ? frame : f));
  const doneTiles = keepOpen(frames, state.doneTiles);
  return {
    ...state,
    frames,
    // Queued anew (its input changed): nothing of what was done counts any more.
    doneTiles: frame.state === 'queued' ? without(doneTiles, frame.id) : doneTiles,
    selected: state.selected?.id === frame.id ? latest(state.selected, frame) : state.selected,
    submissions: state.submissions.map((submission) => withFrame(submission, frame)),
  };
}

/** All frames that the gateway has, newest first: those that it does not name are gone. */
export function noteFrames(state: DashboardState, told: readonly Frame[]): DashboardState {
  const frames = told.slice(0, FRAMES_KEPT).map((frame) =>
    latest(
      state.frames.find(({ id }) => id === frame.id),
      frame,
    ),
  );
  const cleared = { ...state, frames, doneTiles: keepOpen(frames, state.doneTiles) };
  return frames.reduce(noteFrame, cleared);
}

/** Counts the tiles of open frames between two tellings of the frame. */
export function noteTile(state: DashboardState, { frame, tile, event, device }: TileEvent): DashboardState {
  if (event !== 'done' || device === undefined || device === null) return state;
  const known = state.frames.find(({ id }) => id === frame);
  if (known === undefined || isEnded(known)) return state;
  const done: DoneTiles = { ...state.doneTiles[frame], [tile]: device };
  return { ...state, doneTiles: { ...state.doneTiles, [frame]: done } };
}

/** A frame ends once: what is told later of an open one was told of an earlier time. */
function latest(known: Frame | undefined, told: Frame): Frame {
  return known !== undefined && isEnded(known) && !isEnded(told) ? known : told;
}

function insert(frames: readonly Frame[], frame: Frame): readonly Frame[] {
  const at = frames.findIndex((other) => other.createdAt <= frame.createdAt);
  return frames.toSpliced(at < 0 ? frames.length : at, 0, frame).slice(0, FRAMES_KEPT);
}

function keepOpen(frames: readonly Frame[], doneTiles: DashboardState['doneTiles']): DashboardState['doneTiles'] {
  const open = new Set(frames.filter((frame) => !isEnded(frame)).map(({ id }) => id));
  return Object.fromEntries(Object.entries(doneTiles).filter(([id]) => open.has(id)));
}

function without(doneTiles: DashboardState['doneTiles'], id: string): DashboardState['doneTiles'] {
  const { [id]: _, ...others } = doneTiles;
  return others;
}

function withFrame(submission: Submission, frame: Frame): Submission {
  const { progress } = submission;
  if (progress.kind !== 'accepted' || progress.frame.id !== frame.id) return submission;
  return { ...submission, progress: { kind: 'accepted', frame: latest(progress.frame, frame) } };
}
