/** `latest`: a frame that has not begun is dropped when a newer one of its camera is accepted. `all`: it is kept. */
export type QueuePolicy = (typeof QUEUE_POLICIES)[number];

export const QUEUE_POLICIES = ['latest', 'all'] as const;

/** A frame, as far as its turn depends on it. */
export interface Queued {
  /** The camera that the frame is of, or the claimant that it counts for. */
  readonly origin: string;
  readonly phase: { readonly kind: string };
  /** When it began; null while it has not. */
  readonly startedMs: number | null;
}

/** The last turn of each origin that has open frames. Turns are numbered as they are taken. */
export type Turns = ReadonlyMap<string, number>;

/**
 * Returns the waiting frames in the order in which they are to begin. Those that have begun before come first, the oldest first.
 * Then origins take turns: the one whose last turn is longest ago comes first, each with its oldest frame, then each with its next one.
 *
 * @param frames in the order in which they were accepted.
 */
export function waitingOrder<Frame extends Queued>(frames: Iterable<Frame>, turns: Turns): Frame[] {
  const begun: Frame[] = [];
  const byOrigin = new Map<string, Frame[]>();
  for (const frame of frames) {
    if (frame.phase.kind !== 'waiting') continue;
    const own = byOrigin.get(frame.origin);
    if (frame.startedMs !== null) begun.push(frame);
    else if (own === undefined) byOrigin.set(frame.origin, [frame]);
    else own.push(frame);
  }
  if (byOrigin.size === 1) return [...begun, ...byOrigin.values().next().value!];
  const queues = [...byOrigin].sort(([a], [b]) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0)).map(([, own]) => own);
  const rounds = Math.max(0, ...queues.map(({ length }) => length));
  return [...begun, ...Array.from({ length: rounds }, (_, round) => queues.flatMap((own) => own[round] ?? [])).flat()];
}

/**
 * Gives the origin of a new frame its place behind all others, unless it has one.
 *
 * @param open all open frames: origins without any lose their places.
 */
export function joinTurns(turns: Turns, origin: string, open: Iterable<Queued>): Turns {
  const origins = new Set(Array.from(open, (frame) => frame.origin));
  const kept = new Map([...turns].filter(([other]) => origins.has(other)));
  return kept.has(origin) ? kept : takeTurn(kept, origin);
}

/** Notes that a frame of this origin begins: the origin's next turn comes after all others' next ones. */
export function takeTurn(turns: Turns, origin: string): Turns {
  return new Map(turns).set(origin, Math.max(0, ...turns.values()) + 1);
}
