import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'undici';

/** Starts a node so that its memory can be looked at: the debugger's port, on loopback, is asked for a collection. */
export const INSPECTED = ['--inspect=127.0.0.1:0'];

export interface NodeMemory {
  /** Resident memory of the process, bytes. */
  readonly rss: number;
  /** What lives on the heap, and what of buffers belongs to it, bytes. */
  readonly used: number;
}

const DEBUGGER = /Debugger listening on (ws:\/\/\S+)/g;
const ANSWER_WITHIN_MS = 20_000;

/**
 * Memory of a node that was started with `INSPECTED`, after a full collection in its main thread.
 *
 * @param logFolder where the node's log is, which names the debugger's address.
 */
export async function memoryAfterCollection(node: string, logFolder: string): Promise<NodeMemory> {
  const log = await readFile(join(logFolder, `${node}.log`), 'utf8');
  const address = [...log.matchAll(DEBUGGER)].at(-1)?.[1];
  if (address === undefined) throw new Error(`${node} was not started so that its memory can be looked at`);
  const socket = new WebSocket(address);
  try {
    await once(socket, 'open');
    await ask(socket, 1, 'HeapProfiler.collectGarbage', {});
    await ask(socket, 2, 'HeapProfiler.collectGarbage', {});
    const expression = 'JSON.stringify(process.memoryUsage())';
    const { result } = (await ask(socket, 3, 'Runtime.evaluate', { expression })) as { result: { value: string } };
    const { rss, heapUsed, external } = JSON.parse(result.value) as NodeJS.MemoryUsage;
    return { rss, used: heapUsed + external };
  } finally {
    socket.close();
  }
}

function once(socket: WebSocket, event: 'open' | 'message'): Promise<{ data?: unknown }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`a debugger did not answer (${event})`)), ANSWER_WITHIN_MS);
    const settle = (end: () => void) => () => {
      clearTimeout(timer);
      end();
    };
    socket.addEventListener(event, (message) => settle(() => resolve(message as { data?: unknown }))(), { once: true });
    socket.addEventListener(
      'error',
      settle(() => reject(new Error('a debugger could not be reached'))),
      { once: true },
    );
  });
}

async function ask(socket: WebSocket, id: number, method: string, params: object): Promise<unknown> {
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const { data } = await once(socket, 'message');
    const answer = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (answer.id === id) return answer.result;
  }
}
