import type { ClusterState, DeviceState, Frame } from '../contract-types.js';
import type { LiveEvent, Notice } from '../live/live-event.js';
import type { DashboardState, Submission, SubmissionProgress } from './dashboard-state.js';
import { NOTICES_KEPT, SUBMISSIONS_KEPT } from './dashboard-state.js';
import { noteFrame, noteFrames, noteTile } from './reduce-frames.js';

/** Everything that changes what the page shows. `at` is an ISO time. */
export type Action =
  | { readonly kind: 'snapshot'; readonly cluster: ClusterState; readonly frames: readonly Frame[] }
  | { readonly kind: 'happened'; readonly event: LiveEvent; readonly at: string }
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected'; readonly reason: string; readonly at: string }
  | { readonly kind: 'token-asked'; readonly refused: boolean }
  | { readonly kind: 'token-given' }
  | { readonly kind: 'frame-selected'; readonly frame: Frame | null }
  | { readonly kind: 'notice-dismissed'; readonly notice: Notice }
  | { readonly kind: 'submitting'; readonly id: number; readonly name: string }
  | { readonly kind: 'submitted'; readonly id: number; readonly frame: Frame }
  | { readonly kind: 'submission-refused'; readonly id: number; readonly detail: string };

/** The page's next state. Pure: times and ids come with the action. */
export function reduce(state: DashboardState, action: Action): DashboardState {
  switch (action.kind) {
    case 'snapshot': {
      const { devices, ...cluster } = action.cluster;
      return noteFrames({ ...state, access: 'open', cluster, devices }, action.frames);
    }
    case 'happened':
      return applyEvent(state, action.event, action.at);
    case 'connected':
      return { ...state, link: { kind: 'live' } };
    case 'disconnected': {
      const { link } = state;
      const liveUntilNow = link.kind === 'live' ? action.at : null;
      const staleSince = link.kind === 'reconnecting' ? link.staleSince : liveUntilNow;
      return { ...state, link: { kind: 'reconnecting', staleSince, reason: action.reason } };
    }
    case 'token-asked':
      return { ...state, access: action.refused ? 'token-refused' : 'token-needed' };
    case 'token-given':
      return { ...state, access: 'token-checking', link: { kind: 'connecting' } };
    case 'frame-selected':
      return { ...state, selected: action.frame };
    case 'notice-dismissed':
      return { ...state, notices: state.notices.filter((seen) => !isSameNotice(seen, action.notice)) };
    case 'submitting': {
      const submission: Submission = { id: action.id, name: action.name, progress: { kind: 'sending' } };
      return { ...state, submissions: [submission, ...state.submissions].slice(0, SUBMISSIONS_KEPT) };
    }
    case 'submitted': {
      // The answer may come after the first events about the frame, and then knows less.
      const frame = state.frames.find(({ id }) => id === action.frame.id) ?? action.frame;
      // Who submits a picture wants to see it, not the one chosen before.
      const shown = noteFrame({ ...state, selected: null }, frame);
      return noteSubmission(shown, action.id, { kind: 'accepted', frame });
    }
    case 'submission-refused':
      return noteSubmission(state, action.id, { kind: 'refused', detail: action.detail });
  }
}

function applyEvent(state: DashboardState, event: LiveEvent, at: string): DashboardState {
  switch (event.kind) {
    case 'device':
      return { ...state, devices: noteDevice(state.devices, event.device) };
    case 'frame':
      return noteFrame(state, event.frame);
    case 'tile':
      return noteTile(state, event.tile);
    case 'problem':
      return noteProblem(state, event.notice, at);
    case 'reset':
      return state;
  }
}

/** Devices keep their places; one that is not declared stands last. */
function noteDevice(devices: readonly DeviceState[], device: DeviceState): readonly DeviceState[] {
  const index = devices.findIndex((known) => known.device === device.device);
  return index < 0 ? [...devices, device] : devices.with(index, device);
}

function noteProblem(state: DashboardState, notice: Notice, at: string): DashboardState {
  const before = state.notices.find((seen) => isSameNotice(seen, notice));
  const others = state.notices.filter((seen) => seen !== before);
  const seen = { code: notice.code, detail: notice.detail, at, times: (before?.times ?? 0) + 1 };
  return { ...state, notices: [seen, ...others].slice(0, NOTICES_KEPT) };
}

function isSameNotice(one: Notice, other: Notice): boolean {
  return one.code === other.code && one.detail === other.detail;
}

function noteSubmission(state: DashboardState, id: number, progress: SubmissionProgress): DashboardState {
  const submissions = state.submissions.map((each) => (each.id === id ? { ...each, progress } : each));
  return { ...state, submissions };
}
