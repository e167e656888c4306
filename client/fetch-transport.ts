import { deadlineSignal } from './deadline-signal.js';
import type { Transport } from './transport.js';

/** For browsers, and anything else that has `fetch`. */
export const fetchTransport: Transport = async (request) => {
  const held = deadlineSignal(request.signal, request.timeoutMs);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: (request.body ?? null) as RequestInit['body'],
      signal: held.signal,
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      bytes: new Uint8Array(await response.arrayBuffer()),
    };
  } finally {
    held.release();
  }
};
