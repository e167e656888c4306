import type { FrameTrace } from '../../contract-types.js';

type GangAttempt = NonNullable<FrameTrace['gang']>[number];
type BlockTrace = GangAttempt['blocks'][number];

/** Half-open, in milliseconds since the frame was accepted. */
export interface BlockSpan {
  readonly kind: 'prepare' | 'waiting' | 'compute' | 'result' | 'ended';
  /** Gang stage that is computed or waited for; null outside the stages. */
  readonly stage: number | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A row of the timeline: one member's block. */
export interface MemberRow {
  readonly member: number;
  readonly device: string;
  readonly spans: readonly BlockSpan[];
}

/** Strips on their way, from the end of a stage to the first stage of the receiver that begins after it. */
export interface StripLine {
  readonly from: number;
  readonly to: number;
  /** After which the strips are sent. */
  readonly stage: number;
  readonly bytes: number;
  readonly sentMs: number;
  readonly readMs: number;
}

export interface GangLane {
  readonly attempt: number;
  readonly generation: number;
  /** Why the gang was given up; null for one that was not. */
  readonly end: GangAttempt['end'];
  readonly rows: readonly MemberRow[];
  readonly strips: readonly StripLine[];
}

export interface GangTimeline {
  readonly fromMs: number;
  readonly toMs: number;
  /** The oldest gang first. */
  readonly lanes: readonly GangLane[];
}

/** Lays out the gangs of a frame, a row for each member. */
export function gangTimelineOf(attempts: readonly GangAttempt[]): GangTimeline {
  const lanes = attempts.map((attempt) => {
    const { end, generation } = attempt;
    const rows = attempt.blocks.map(({ device, member }) => ({ member, device, spans: spansOf(attempt, member) }));
    return { attempt: attempt.attempt, generation, end, rows, strips: stripsOf(attempt.blocks) };
  });
  const spans = lanes.flatMap(({ rows }) => rows.flatMap((row) => row.spans));
  return {
    fromMs: Math.min(0, ...spans.map(({ fromMs }) => fromMs)),
    toMs: Math.max(1, ...spans.map(({ toMs }) => toMs)),
    lanes,
  };
}

function spansOf({ blocks, end, endedAtMs, formedAtMs }: GangAttempt, member: number): BlockSpan[] {
  const { doneAtMs, preparedAtMs, stages, startedAtMs } = blocks[member]!;
  if (startedAtMs === null || preparedAtMs === null || doneAtMs === null) {
    // The gateway learns of stages with the result.
    return end === null || endedAtMs === null
      ? []
      : [{ kind: 'ended', stage: null, fromMs: formedAtMs, toMs: endedAtMs }];
  }
  const spans: BlockSpan[] = [
    { kind: 'prepare', stage: null, fromMs: startedAtMs, toMs: preparedAtMs },
    ...stages.flatMap(({ beganAtMs, endedAtMs, waitMs }, stage): BlockSpan[] => [
      { kind: 'waiting', stage, fromMs: beganAtMs - waitMs, toMs: beganAtMs },
      { kind: 'compute', stage, fromMs: beganAtMs, toMs: endedAtMs },
    ]),
    { kind: 'result', stage: null, fromMs: stages.at(-1)?.endedAtMs ?? preparedAtMs, toMs: doneAtMs },
  ];
  return spans.filter(({ fromMs, toMs }) => toMs > fromMs);
}

function stripsOf(blocks: readonly BlockTrace[]): StripLine[] {
  return blocks.flatMap(({ member, stages }) =>
    stages.flatMap(({ endedAtMs, sent }, stage) =>
      sent.flatMap(({ bytes, to }) => {
        const reader = blocks[to]?.stages.find(({ beganAtMs }) => beganAtMs >= endedAtMs);
        const line = { from: member, to, stage, bytes, sentMs: endedAtMs };
        return reader === undefined ? [] : [{ ...line, readMs: reader.beganAtMs }];
      }),
    ),
  );
}
