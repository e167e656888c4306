import type { Schemas } from '../../client/client.js';
import type { FrameFacts, NodeFacts, RunFacts } from './facts.js';

/** 2026-11-23T10:00:00Z. */
export const START_MS = Date.UTC(2026, 10, 23, 10);

const at = (ms: number) => new Date(START_MS + ms).toISOString();

/** A complete frame that took from 1 to 2 s after the start, unless said otherwise. */
export function frameFacts(
  id: string,
  {
    fromMs = 1_000,
    toMs = 2_000 as number | null,
    code = null as string | null,
    ...other
  }: Partial<FrameFacts> & {
    fromMs?: number;
    toMs?: number | null;
    code?: string | null;
  } = {},
): FrameFacts {
  const frame = {
    id,
    state: toMs === null ? 'running' : code === null ? 'complete' : 'failed',
    createdAt: at(fromMs),
    endedAt: toMs === null ? null : at(toMs),
    failure: code === null ? null : { code, detail: 'so it says' },
  } as Schemas['Frame'];
  return { frame, known: true, difference: code === null ? 1e-6 : null, detections: null, attempts: 1, ...other };
}

export function nodeFacts(node: string, other: Partial<NodeFacts> = {}): NodeFacts {
  const process = { files: 20, sockets: { established: 5, listen: 1 } };
  return { node, process, filesBefore: 18, held: { tasks: 0 }, internalErrors: 0, fatal: [], ...other };
}

/** A run that nothing is wrong with: two frames, one of them submitted when all was quiet. */
export function goodFacts(other: Partial<RunFacts> = {}): RunFacts {
  return {
    submissions: [{ kind: 'accepted', frame: 'a-1' }],
    frames: [frameFacts('a-1'), frameFacts('a-2')],
    ends: [
      { epoch: 'a', frame: 'a-1', state: 'complete' },
      { epoch: 'a', frame: 'a-2', state: 'complete' },
    ],
    gaps: [],
    epoch: 'a',
    windows: [],
    afterwards: [{ kind: 'accepted', frame: 'a-2' }],
    devices: [{ device: 'e0', state: 'live' }],
    nodes: [nodeFacts('gateway'), nodeFacts('e0')],
    ...other,
  };
}
