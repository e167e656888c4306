import type { ClusterState, DeviceState, Frame } from '../contract-types.js';
import type { Notice } from '../live/live-event.js';

/** Bounds on what the page keeps, whatever the cluster does. */
export const FRAMES_KEPT = 20;
export const NOTICES_KEPT = 5;
export const SUBMISSIONS_KEPT = 5;

/** What is known of the cluster itself; its devices stand beside it. */
export type ClusterFacts = Omit<ClusterState, 'devices'>;

export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `staleSince`: ISO time since which the page shows old news; null when it never showed any. */
  | { readonly kind: 'reconnecting'; readonly staleSince: string | null; readonly reason: string };

export type Access = 'open' | 'token-needed' | 'token-checking' | 'token-refused';

export interface SeenNotice extends Notice {
  /** ISO time of the latest one. */
  readonly at: string;
  readonly times: number;
}

export type SubmissionProgress =
  | { readonly kind: 'sending' }
  | { readonly kind: 'accepted'; readonly frame: Frame }
  | { readonly kind: 'refused'; readonly detail: string };

export interface Submission {
  readonly id: number;
  /** The file's name. */
  readonly name: string;
  readonly progress: SubmissionProgress;
}

/** Tiles of an open frame whose output has come: tile id -> device. */
export type DoneTiles = Readonly<Record<number, string>>;

export interface DashboardState {
  readonly access: Access;
  readonly link: Link;
  readonly cluster: ClusterFacts | null;
  readonly devices: readonly DeviceState[];
  /** The latest, newest first. */
  readonly frames: readonly Frame[];
  readonly doneTiles: Readonly<Record<string, DoneTiles>>;
  /** The frame that the user chose; null: the latest one is shown. */
  readonly selected: Frame | null;
  readonly notices: readonly SeenNotice[];
  /** Newest first. */
  readonly submissions: readonly Submission[];
}

export const INITIAL_STATE: DashboardState = {
  access: 'open',
  link: { kind: 'connecting' },
  cluster: null,
  devices: [],
  frames: [],
  doneTiles: {},
  selected: null,
  notices: [],
  submissions: [],
};

export function isEnded(frame: Frame): boolean {
  return frame.state === 'complete' || frame.state === 'failed';
}
