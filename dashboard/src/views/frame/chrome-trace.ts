import type { Frame, FrameTrace } from '../../contract-types.js';
import { partNameOf } from '../../state/frame-parts.js';
import { gangTimelineOf } from './gang-timeline.js';
import { timelineOf } from './timeline.js';

/** An event of Chrome's trace format, which Perfetto opens; times are microseconds. */
export interface ChromeTraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M' | 'i';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly s?: 'p';
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, unknown>>;
  readonly traceEvents: readonly ChromeTraceEvent[];
}

/** A frame's timeline: each device a process, each row of its lane a thread, each phase of a part a slice. */
export function chromeTrace(frame: Frame, trace: FrameTrace): ChromeTrace {
  const { devices } = timelineOf(trace);
  const part = partNameOf(trace.strategy);
  const events: ChromeTraceEvent[] = [];
  for (const [index, { device, rows }] of devices.entries()) {
    const pid = index + 1;
    events.push({ name: 'process_name', ph: 'M', pid, tid: 0, args: { name: device } });
    events.push(...stagesOn(trace, device, pid), ...remainingOn(trace, device, pid));
    for (const [tid, bars] of trace.gang === undefined ? rows.entries() : []) {
      for (const { tile, phases } of bars) {
        const { history: _, ...facts } = trace.tiles[tile]!;
        for (const { kind, fromMs, toMs } of phases) {
          const name = `${part} ${tile} ${kind}`;
          const [ts, dur] = [Math.round(fromMs * 1000), Math.round((toMs - fromMs) * 1000)];
          events.push({ name, ph: 'X', pid, tid, ts, dur, cat: kind, args: facts });
        }
      }
    }
  }
  const pidOf = new Map(devices.map(({ device }, index) => [device, index + 1]));
  for (const { tile, history } of trace.tiles) {
    for (const { atMs, event, device, attempt } of history) {
      const pid = pidOf.get(device ?? '') ?? 0;
      const ts = Math.round(atMs * 1000);
      events.push({
        name: `${part} ${tile} ${event}`,
        ph: 'i',
        s: 'p',
        pid,
        tid: 0,
        ts,
        cat: 'ledger',
        args: { attempt },
      });
    }
  }
  const { id, source, strategy, createdAt } = frame;
  const { bytes, macs } = trace;
  return {
    displayTimeUnit: 'ms',
    otherData: { frame: id, source, strategy, createdAt, bytes, macs },
    traceEvents: events,
  };
}

/** The remaining layers that a device computed or was given, in a thread of their own. */
function remainingOn({ remaining = [] }: FrameTrace, device: string, pid: number): ChromeTraceEvent[] {
  return remaining.flatMap(({ begunAtMs, detail, device: of, endedAtMs, outcome }) => {
    if (of !== device || endedAtMs === null) return [];
    const [ts, dur] = [Math.round(begunAtMs * 1000), Math.round((endedAtMs - begunAtMs) * 1000)];
    return [{ name: 'remaining layers', ph: 'X', pid, tid: 99, ts, dur, cat: 'remaining', args: { outcome, detail } }];
  });
}

/** What a device did as a member of gangs: each gang a thread, each stage and each wait for strips a slice. */
function stagesOn({ gang = [] }: FrameTrace, device: string, pid: number): ChromeTraceEvent[] {
  return gangTimelineOf(gang).lanes.flatMap(({ attempt, generation, rows }, tid) =>
    rows
      .filter((row) => row.device === device)
      .flatMap(({ member, spans }) =>
        spans.map(({ fromMs, kind, stage, toMs }): ChromeTraceEvent => {
          const name = stage === null ? `block ${member} ${kind}` : `stage ${stage} ${kind}`;
          const [ts, dur] = [Math.round(fromMs * 1000), Math.round((toMs - fromMs) * 1000)];
          return { name, ph: 'X', pid, tid, ts, dur, cat: kind, args: { member, attempt, generation } };
        }),
      ),
  );
}
