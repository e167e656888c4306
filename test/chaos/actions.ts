import type { Schemas } from '../../client/client.js';

/** Something done to bodies and connections on their way into one node. */
export type Disturbance =
  /** The connection ends in the middle of a body. */
  | { readonly kind: 'cut-request' | 'cut-response' }
  /** One bit of a body is another one. */
  | { readonly kind: 'flip-request' | 'flip-response' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Requests are held until the disturbance ends. */
  | { readonly kind: 'stall' }
  /** Each request is held for a while of its own, so that they arrive in another order. */
  | { readonly kind: 'delay'; readonly mostMs: number }
  /** The same request arrives twice: the second one after a while, or before the first one is answered. */
  | { readonly kind: 'duplicate'; readonly mostMs: number }
  /** Connections are reset. */
  | { readonly kind: 'refuse' };

export interface Submission {
  readonly kind: 'submit';
  readonly atMs: number;
  /** The node that the picture is posted to. */
  readonly to: string;
  readonly picture: number;
  readonly source: string | null;
  readonly strategy: Schemas['Strategy'] | null;
  /** Seconds; 0 to be answered at once. */
  readonly wait: number;
}

export type FaultAction =
  /** SIGKILL, and started again later. */
  | { readonly kind: 'kill'; readonly node: string; readonly forMs: number }
  /** SIGTERM, and started again when it has ended. */
  | { readonly kind: 'restart'; readonly node: string; readonly forMs: number }
  /** SIGSTOP, and SIGCONT later. */
  | { readonly kind: 'freeze'; readonly node: string; readonly forMs: number }
  | {
      readonly kind: 'traffic';
      readonly node: string;
      readonly forMs: number;
      readonly disturbance: Disturbance;
      /** Which share of the requests is met. */
      readonly share: number;
    }
  /** Nothing more can be written to the gateway's store. */
  | { readonly kind: 'full-disk'; readonly node: 'gateway'; readonly forMs: number };

export type PlannedFault = FaultAction & { readonly atMs: number; readonly fault: string };

export type Action = Submission | PlannedFault;
