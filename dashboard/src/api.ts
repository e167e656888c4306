import { createClient } from '../../client/client.js';
import { fetchTransport } from '../../client/fetch-transport.js';
import { type Problem, ProblemError } from '../../client/problem-error.js';
import type { ClusterState, Frame, FrameTrace, Plan, Strategy } from './contract-types.js';
import type { HistoryFilter } from './routing/route.js';
import { FRAMES_KEPT } from './state/dashboard-state.js';

/** A picture may have to come over a slow radio link. */
const SUBMIT_TIMEOUT_MS = 120_000;

export interface Snapshot {
  readonly cluster: ClusterState;
  readonly plan: Plan;
  /** Newest first. */
  readonly frames: readonly Frame[];
}

export interface FramePage {
  readonly frames: readonly Frame[];
  readonly hasMore: boolean;
}

/** Where a picture is to be computed, and how; what is absent the gateway chooses. */
export interface SubmitChoice {
  readonly source?: string | undefined;
  readonly strategy?: Strategy | undefined;
}

/** What the page asks of the gateway. Every call rejects with a `ProblemError`, or the transport's error. */
export interface DashboardApi {
  snapshot(signal: AbortSignal): Promise<Snapshot>;
  submit(file: Blob, choice: SubmitChoice): Promise<Frame>;
  frame(id: string): Promise<Frame>;
  trace(id: string): Promise<FrameTrace>;
  /** Deletes a frame and its picture. */
  forget(id: string): Promise<void>;
  frames(filter: HistoryFilter, before: string | null, limit: number): Promise<FramePage>;
  /** As it was submitted, or a small copy no longer at either side than `width` pixels. */
  picture(id: string, width?: number): Promise<Blob>;
  annotated(id: string): Promise<Blob>;
  drain(device: string): Promise<void>;
  resume(device: string): Promise<void>;
  /** Trusts a device again that computed something wrong. */
  release(device: string): Promise<void>;
  openEvents(lastEventId: string | null, signal: AbortSignal): Promise<Response>;
}

export function createApi(baseUrl: string, token: string | undefined): DashboardApi {
  const client = createClient({ baseUrl, transport: (request) => fetchTransport(request).catch(unreachable), token });
  return {
    async snapshot(signal) {
      const [cluster, plan, page] = await Promise.all([
        client.call('getCluster', { signal }),
        client.call('getPlan', { signal }),
        client.call('listFrames', { query: { limit: FRAMES_KEPT }, signal }),
      ]);
      return { cluster: expectJson(cluster.json), plan: expectJson(plan.json), frames: expectJson(page.json).frames };
    },
    async submit(file, { source, strategy }) {
      const answer = await client.call('submitFrame', {
        query: { ...(source === undefined ? {} : { source }), ...(strategy === undefined ? {} : { strategy }) },
        body: {
          // The gateway says what it expected when the browser does not know the file's type.
          mediaType: file.type || 'application/octet-stream',
          bytes: new Uint8Array(await file.arrayBuffer()),
        },
        timeoutMs: SUBMIT_TIMEOUT_MS,
      });
      return expectJson(answer.json);
    },
    frame: async (frame) => expectJson((await client.call('getFrame', { path: { frame } })).json),
    trace: async (frame) => expectJson((await client.call('getFrameTrace', { path: { frame } })).json),
    async forget(frame) {
      await client.call('deleteFrame', { path: { frame } });
    },
    async frames(filter, before, limit) {
      const { minScore, state, ...others } = filter;
      const query = {
        ...{ ...others, limit },
        ...(state && { state: [state] }),
        ...(minScore && { minScore: Number(minScore) }),
        ...(before !== null && { before }),
      };
      const { frames, nextBefore } = expectJson((await client.call('listFrames', { query })).json);
      return { frames, hasMore: nextBefore !== null };
    },
    async picture(frame, width) {
      return blobOf(
        await client.call('getFrameImage', { path: { frame }, query: width === undefined ? {} : { width } }),
      );
    },
    annotated: async (frame) => blobOf(await client.call('getFrameAnnotated', { path: { frame } })),
    async drain(device) {
      await client.call('drainDevice', { path: { device } });
    },
    async resume(device) {
      await client.call('resumeDevice', { path: { device } });
    },
    async release(device) {
      await client.call('releaseDevice', { path: { device } });
    },
    async openEvents(lastEventId, signal) {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      if (lastEventId !== null) headers['last-event-id'] = lastEventId;
      const url = `${client.baseUrl}/events`;
      const response = await fetch(url, { headers, signal, cache: 'no-store' }).catch(unreachable);
      if (!response.ok) throw await problemOf(response);
      return response;
    },
  };
}

function blobOf({ bytes, mediaType }: { bytes: Uint8Array; mediaType: string | null }): Blob {
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType ?? '' });
}

/** `fetch` rejects with a TypeError, worded differently by each browser, when there was no answer at all. */
function unreachable(error: unknown): never {
  if (error instanceof TypeError) throw new Error('the gateway cannot be reached', { cause: error });
  throw error;
}

function expectJson<T>(json: T | undefined): T {
  if (json === undefined) throw new Error('expected JSON from the gateway; is a proxy answering in its place?');
  return json;
}

async function problemOf(response: Response): Promise<Error> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (isProblem) return new ProblemError((await response.json()) as Problem);
  return new Error(`the gateway answered ${response.status} to a request for events`);
}
