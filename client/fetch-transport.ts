import type { Transport } from './transport.js';

/** For browsers, and anything else that has `fetch`. */
export const fetchTransport: Transport = async (request) => {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    body: (request.body ?? null) as RequestInit['body'],
    signal: request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]),
  });
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
};
