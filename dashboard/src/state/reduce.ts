import type { ClusterState, DeviceState, Frame, Notice, Plan } from '../contract-types.js';
import type { LiveEvent } from '../live/live-event.js';
import type { DashboardState, PastProblem, Submission, SubmissionProgress } from './dashboard-state.js';
import { NOTICES_KEPT, SUBMISSIONS_KEPT } from './dashboard-state.js';
import { partNameOf } from './frame-parts.js';
import { isAwaited } from './problems.js';
import { noteFrame, noteFrames } from './reduce-frames.js';
import { noteTile } from './reduce-tiles.js';
import { carry, GATEWAY } from './traffic.js';

/** Everything that changes what the page shows. `at` is an ISO time. */
export type Action =
  | {
      readonly kind: 'snapshot';
      readonly cluster: ClusterState;
      readonly plan: Plan;
      readonly frames: readonly Frame[];
    }
  | { readonly kind: 'happened'; readonly event: LiveEvent; readonly at: string }
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly reason: string; readonly at: string }
  | { readonly kind: 'token-asked'; readonly refused: boolean }
  | { readonly kind: 'token-given' }
  | { readonly kind: 'notice-dismissed'; readonly notice: Notice }
  | { readonly kind: 'submitting'; readonly id: number; readonly name: string }
  | { readonly kind: 'submitted'; readonly id: number; readonly frame: Frame }
  | { readonly kind: 'forgotten'; readonly frame: string }
  | { readonly kind: 'submission-refused'; readonly id: number; readonly detail: string };

/** The page's next state. Pure: times and ids come with the action. */
export function reduce(state: DashboardState, action: Action): DashboardState {
  switch (action.kind) {
    case 'snapshot': {
      const { devices, problems = [], ...cluster } = action.cluster;
      const shown = problems.reduceRight((before, { code, count, detail, lastAt }) => {
        return noteProblem(before, { code, detail, frame: null }, lastAt, count);
      }, state);
      return noteFrames({ ...shown, access: 'open', cluster, plan: action.plan, devices }, action.frames);
    }
    case 'happened':
      return applyEvent(state, action.event, action.at);
    case 'connected':
      return { ...state, connection: { kind: 'live' } };
    case 'disconnected': {
      const { connection } = state;
      const liveUntilNow = connection.kind === 'live' ? action.at : null;
      const staleSince = connection.kind === 'reconnecting' ? connection.staleSince : liveUntilNow;
      return { ...state, connection: { kind: 'reconnecting', staleSince, reason: action.reason } };
    }
    case 'token-asked':
      return { ...state, access: action.refused ? 'token-refused' : 'token-needed' };
    case 'token-given':
      return { ...state, access: 'token-checking', connection: { kind: 'connecting' } };
    case 'notice-dismissed':
      return { ...state, notices: state.notices.filter((seen) => !isSameNotice(seen, action.notice)) };
    case 'submitting': {
      const submission: Submission = { id: action.id, name: action.name, progress: { kind: 'sending' } };
      return { ...state, submissions: [submission, ...state.submissions].slice(0, SUBMISSIONS_KEPT) };
    }
    case 'submitted': {
      // The answer may come after the first events about the frame, and then knows less.
      const frame = state.frames.find(({ id }) => id === action.frame.id) ?? action.frame;
      return noteSubmission(noteFrame(state, frame), action.id, { kind: 'accepted', frame });
    }
    case 'forgotten':
      return { ...state, frames: state.frames.filter(({ id }) => id !== action.frame) };
    case 'submission-refused':
      return noteSubmission(state, action.id, { kind: 'refused', detail: action.detail });
  }
}

function applyEvent(state: DashboardState, event: LiveEvent, at: string): DashboardState {
  switch (event.kind) {
    case 'device':
      return noteDevice(state, event.device, at);
    case 'frame':
      return tellFrame(state, event.frame, at);
    case 'tile':
      return noteTile(state, event.tile, Date.parse(at));
    case 'problem':
      return noteProblem(state, { ...event.notice, frame: null }, at);
    case 'reset':
      return state;
  }
}

/** Beside the frame itself: its picture on the way to its source, and its failure as something that is wrong. */
function tellFrame(state: DashboardState, frame: Frame, at: string): DashboardState {
  const before = state.frames.find(({ id }) => id === frame.id)?.state;
  const noted = noteFrame(state, frame);
  // A gang has its picture with its tasks, but MoDNN's gateway collects it from the source.
  const isSourced = partNameOf(frame.strategy) === 'tile' || frame.strategy === 'modnn';
  if (frame.state === 'running' && before !== 'running' && isSourced) {
    const way = { kind: 'picture', from: GATEWAY, to: frame.source } as const;
    return { ...noted, traffic: carry(noted.traffic, way, frame.picture.bytes, Date.parse(at)) };
  }
  if (frame.failure !== null && frame.state === 'failed' && before !== 'failed') {
    return noteProblem(noted, { ...frame.failure, frame: frame.id }, at);
  }
  return noted;
}

/** Devices keep their places; one that is not declared stands last. */
function noteDevice(state: DashboardState, device: DeviceState, at: string): DashboardState {
  const { devices, pastProblems } = state;
  const index = devices.findIndex((known) => known.device === device.device);
  const { problem } = device;
  const past: Readonly<Record<string, PastProblem>> =
    problem === null || device.state === 'left' || isAwaited(device, state.notices)
      ? pastProblems
      : { ...pastProblems, [device.device]: { detail: problem, at } };
  return { ...state, devices: index < 0 ? [...devices, device] : devices.with(index, device), pastProblems: past };
}

/** @param times how often in all; once more than before when absent. */
function noteProblem(
  state: DashboardState,
  notice: Notice & { frame: string | null },
  at: string,
  times?: number,
): DashboardState {
  const before = state.notices.find((seen) => isSameNotice(seen, notice));
  const others = state.notices.filter((seen) => seen !== before);
  const { code, detail, frame } = notice;
  const seen = { code, detail, frame, at, times: times ?? (before?.times ?? 0) + 1 };
  return { ...state, notices: [seen, ...others].slice(0, NOTICES_KEPT) };
}

function isSameNotice(one: Notice, other: Notice): boolean {
  return one.code === other.code && one.detail === other.detail;
}

function noteSubmission(state: DashboardState, id: number, progress: SubmissionProgress): DashboardState {
  const submissions = state.submissions.map((each) => (each.id === id ? { ...each, progress } : each));
  return { ...state, submissions };
}
