import type { Schemas } from '../../client/client.js';
import type { EndSeen } from './event-record.js';
import type { ProcessFacts } from './process-facts.js';

/** What became of a picture that somebody posted, as far as who posted it can tell. */
export type SubmissionOutcome =
  | { readonly kind: 'accepted'; readonly frame: string }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** No answer, or half of one: there may be a frame, or none. */
  | { readonly kind: 'unknown' }
  /** With `wait`: the frame failed, and its answer says why. */
  | { readonly kind: 'failed'; readonly status: number; readonly code: string };

/** When what was done. */
export interface FaultWindow {
  readonly fault: string;
  readonly node: string;
  readonly fromMs: number;
  toMs: number;
}

/** One frame that the gateway knows in the end. */
export interface FrameFacts {
  readonly frame: Schemas['Frame'];
  /** Whether it is of a picture that was submitted. */
  readonly known: boolean;
  /** Of its merged output and the untiled one, as a share of the largest value; null where none is kept. */
  readonly difference: number | null;
  /** How its detections differ from those of the untiled network; null when they do not. */
  readonly detections: string | null;
  /** The most attempts that any of its tiles was given, as its trace says. */
  readonly attempts: number;
}

/** A process that ran a node, when the run is over. */
export interface EndedLife {
  readonly node: string;
  readonly asked: 'SIGKILL' | 'SIGTERM' | 'full-disk' | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A node when everything is quiet. */
export interface NodeFacts {
  readonly node: string;
  readonly process: ProcessFacts | null;
  /** Of the same process or an earlier one of the node, before anything happened. */
  readonly filesBefore: number;
  /** What pools and queues hold, by name. */
  readonly held: Readonly<Record<string, number>>;
  /** Answers that the node itself calls its own fault. */
  readonly internalErrors: number;
  /** Lines of its log that tell of an end that nobody asked for. */
  readonly fatal: readonly string[];
}

export interface RunFacts {
  readonly submissions: readonly SubmissionOutcome[];
  readonly frames: readonly FrameFacts[];
  readonly ends: readonly EndSeen[];
  /** Epochs of the gateway in which events were missed, */
  readonly gaps: readonly string[];
  /** and the last one, which nothing cut short. */
  readonly epoch: string;
  readonly windows: readonly FaultWindow[];
  /** Frames that were submitted when all was quiet, one at each source. */
  readonly afterwards: readonly SubmissionOutcome[];
  readonly devices: readonly { readonly device: string; readonly state: string }[];
  readonly nodes: readonly NodeFacts[];
}

/** What is left when the cluster was told to end. */
export interface TeardownFacts {
  readonly lives: readonly EndedLife[];
  readonly children: number;
}
