import { createClient } from '../../client/client.js';
import { fetchTransport } from '../../client/fetch-transport.js';
import { type Problem, ProblemError } from '../../client/problem-error.js';
import type { ClusterState, Frame } from './contract-types.js';
import { FRAMES_KEPT } from './state/dashboard-state.js';

/** A picture may have to come over a slow radio link. */
const SUBMIT_TIMEOUT_MS = 120_000;

export interface Snapshot {
  readonly cluster: ClusterState;
  /** Newest first. */
  readonly frames: readonly Frame[];
}

/** What the page asks of the gateway. Every call rejects with a `ProblemError`, or the transport's error. */
export interface DashboardApi {
  snapshot(signal: AbortSignal): Promise<Snapshot>;
  submit(file: File): Promise<Frame>;
  /** The picture with its boxes where there are any yet, else as it was submitted. */
  picture(frame: Frame): Promise<Blob>;
  openEvents(lastEventId: string | null, signal: AbortSignal): Promise<Response>;
}

export function createApi(baseUrl: string, token: string | undefined): DashboardApi {
  const client = createClient({ baseUrl, transport: (request) => fetchTransport(request).catch(unreachable), token });
  return {
    async snapshot(signal) {
      const [cluster, page] = await Promise.all([
        client.call('getCluster', { signal }),
        client.call('listFrames', { query: { limit: FRAMES_KEPT }, signal }),
      ]);
      return { cluster: expectJson(cluster.json), frames: expectJson(page.json).frames };
    },
    async submit(file) {
      const answer = await client.call('submitFrame', {
        body: {
          // The gateway says what it expected when the browser does not know the file's type.
          mediaType: file.type || 'application/octet-stream',
          bytes: new Uint8Array(await file.arrayBuffer()),
        },
        timeoutMs: SUBMIT_TIMEOUT_MS,
      });
      return expectJson(answer.json);
    },
    async picture(frame) {
      const operation = isAnnotated(frame) ? 'getFrameAnnotated' : 'getFrameImage';
      const answer = await client.call(operation, { path: { frame: frame.id } });
      return new Blob([answer.bytes as Uint8Array<ArrayBuffer>], { type: answer.mediaType ?? '' });
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

/** Whether the picture with boxes exists. */
export function isAnnotated(frame: Frame): boolean {
  return frame.state === 'complete';
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
