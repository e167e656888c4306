import type { ClusterState, DeviceState, Frame, Notice, Plan, TileEvent } from '../contract-types.js';
import type { Pace } from './pace.js';
import type { TileLives } from './tile-life.js';
import type { Traffic } from './traffic.js';

/** Bounds on what the page keeps, whatever the cluster does. */
export const FRAMES_KEPT = 50;
export const DROPPED_KEPT = 5;
export const NOTICES_KEPT = 5;
export const SUBMISSIONS_KEPT = 12;

/** What is known of the cluster itself; its devices stand beside it. */
export type ClusterFacts = Omit<ClusterState, 'devices' | 'problems'>;

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `staleSince`: ISO time since which the page shows old news; null when it never showed any. */
  | { readonly kind: 'reconnecting'; readonly staleSince: string | null; readonly reason: string };

export type Access = 'open' | 'token-needed' | 'token-checking' | 'token-refused';

export interface SeenNotice extends Notice {
  /** The frame that it is about, if any. */
  readonly frame: string | null;
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

/** What a device did last, as tile events tell. */
export interface Activity {
  readonly frame: string;
  readonly tile: number;
  readonly event: TileEvent['event'];
  readonly atMs: number;
}

/** The last trouble of a device, kept when it is over. */
export interface PastProblem {
  readonly detail: string;
  /** ISO time at which it was told. */
  readonly at: string;
}

export interface DashboardState {
  readonly access: Access;
  readonly connection: Connection;
  readonly cluster: ClusterFacts | null;
  readonly plan: Plan | null;
  readonly devices: readonly DeviceState[];
  /** The latest, newest first. */
  readonly frames: readonly Frame[];
  /** Of the frames above. */
  readonly tiles: Readonly<Record<string, TileLives>>;
  readonly activity: Readonly<Record<string, Activity>>;
  readonly pastProblems: Readonly<Record<string, PastProblem>>;
  readonly traffic: Traffic;
  readonly pace: Pace;
  readonly notices: readonly SeenNotice[];
  /** Newest first. */
  readonly submissions: readonly Submission[];
}

export const INITIAL_STATE: DashboardState = {
  access: 'open',
  connection: { kind: 'connecting' },
  cluster: null,
  plan: null,
  devices: [],
  frames: [],
  tiles: {},
  activity: {},
  pastProblems: {},
  traffic: {},
  pace: [],
  notices: [],
  submissions: [],
};

export function isEnded(frame: Frame): boolean {
  return frame.state === 'complete' || frame.state === 'failed' || frame.state === 'dropped';
}
