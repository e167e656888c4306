import type { Frame } from '../contract-types.js';
import type { DashboardState, Submission } from './dashboard-state.js';
import { DROPPED_KEPT, FRAMES_KEPT, isEnded } from './dashboard-state.js';
import { partNameOf } from './frame-parts.js';
import { countEnded } from './pace.js';
import type { TileLives } from './tile-life.js';

/** A frame as the gateway tells it now: in the list, and where it was submitted here. */
export function noteFrame(state: DashboardState, told: Frame): DashboardState {
  const known = state.frames.find(({ id }) => id === told.id);
  const frame = latest(known, told);
  const all = known === undefined ? insert(state.frames, frame) : state.frames.map((f) => (f === known ? frame : f));
  const frames = bounded(all);
  const hasJustEnded = isEnded(frame) && (known === undefined || !isEnded(known));
  const tiles = keepListed(frames, state.tiles);
  return {
    ...state,
    frames,
    tiles: hasBegunAgain(frame, tiles[frame.id] ?? {}) ? without(tiles, frame.id) : tiles,
    pace: hasJustEnded ? countEnded(state.pace, frame) : state.pace,
    submissions: state.submissions.map((submission) => withFrame(submission, frame)),
  };
}

/** All frames that the gateway has, newest first: those that it does not name are gone. */
export function noteFrames(state: DashboardState, told: readonly Frame[]): DashboardState {
  const kept = told.slice(0, FRAMES_KEPT);
  const ids = new Set(kept.map(({ id }) => id));
  const frames = state.frames.filter(({ id }) => ids.has(id));
  const cleared = { ...state, frames, tiles: keepListed(frames, state.tiles) };
  // Oldest first, as they would have been told.
  return kept.toReversed().reduce(noteFrame, cleared);
}

/** A frame ends once: what is told later of an open one was told of an earlier time. */
function latest(known: Frame | undefined, told: Frame): Frame {
  return known !== undefined && isEnded(known) && !isEnded(told) ? known : told;
}

function insert(frames: readonly Frame[], frame: Frame): readonly Frame[] {
  const at = frames.findIndex((other) => other.createdAt <= frame.createdAt);
  return frames.toSpliced(at < 0 ? frames.length : at, 0, frame);
}

/** Keeps the newest frames; a few of the dropped ones, so that cameras that are too fast do not displace results. */
function bounded(frames: readonly Frame[]): readonly Frame[] {
  let dropped = 0;
  return frames.filter(({ state }) => state !== 'dropped' || ++dropped <= DROPPED_KEPT).slice(0, FRAMES_KEPT);
}

/** Returns whether nothing counts any more of what happened to a frame's parts: it is queued again, or has another gang. */
function hasBegunAgain({ state, strategy, tiles: { done, total } }: Frame, lives: TileLives): boolean {
  if (state === 'queued') return true;
  if (state !== 'running' || partNameOf(strategy) !== 'block') return false;
  const known = Object.entries(lives);
  return (
    known.filter(([, life]) => life.state === 'done').length > done || known.some(([part]) => Number(part) >= total)
  );
}

function keepListed(frames: readonly Frame[], tiles: DashboardState['tiles']): DashboardState['tiles'] {
  const listed = new Set(frames.map(({ id }) => id));
  const entries = Object.entries(tiles);
  if (entries.every(([id]) => listed.has(id))) return tiles;
  return Object.fromEntries(entries.filter(([id]) => listed.has(id)));
}

function without(tiles: DashboardState['tiles'], id: string): DashboardState['tiles'] {
  const { [id]: _, ...others } = tiles;
  return others;
}

function withFrame(submission: Submission, frame: Frame): Submission {
  const { progress } = submission;
  if (progress.kind !== 'accepted' || progress.frame.id !== frame.id) return submission;
  return { ...submission, progress: { kind: 'accepted', frame: latest(progress.frame, frame) } };
}
