export { AnswerError } from './answer-error.js';
export { DigestError } from './body-digest.js';
export {
  type Answer,
  type CallOptions,
  type ClientOptions,
  createClient,
  type DeepThingsClient,
  type OperationId,
  type Schemas,
} from './client.js';
export { fetchTransport } from './fetch-transport.js';
export { type Problem, ProblemError } from './problem-error.js';
export type { Transport, TransportRequest, TransportResponse } from './transport.js';
export {
  createUndiciTransport,
  type TransportTls,
  type UndiciTransport,
  type UndiciTransportOptions,
} from './undici-transport.js';
