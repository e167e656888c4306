import { ByteCounter } from './byte-counter.js';
import type { NodeMeters } from './node-meters.js';
import { SocketTraffic } from './socket-traffic.js';

const BYTE_KINDS =
  'before TLS, by kind: picture (as submitted), frame (letterboxed, shared out), input (of tiles and blocks), overlap (strips, border ' +
  'rows), result, remaining (layers on a device, both ways), client (answers to people and programs), control (headers and all else)';

/** Requests and answers: their bytes, and how they fail. */
export function exchangeMetrics(meters: NodeMeters) {
  const { registry } = meters;
  const traffic = new SocketTraffic();
  return {
    /** To be told of every socket of the node. */
    traffic,
    bytesSent: new ByteCounter({
      name: 'deepthings_sent_bytes_total',
      help: `Everything sent, ${BYTE_KINDS}`,
      registry,
      total: () => traffic.sent,
    }),
    bytesReceived: new ByteCounter({
      name: 'deepthings_received_bytes_total',
      help: `Everything received, ${BYTE_KINDS}`,
      registry,
      total: () => traffic.received,
    }),
    retries: meters.counter('retries', 'What had to be tried again', 'what'),
    refused: meters.counter('refused', 'Requests answered with a problem, by code', 'code'),
    /** `part` says whether it was asked with or answered. */
    damaged: meters.counter(
      'damaged_bodies',
      'Bodies that arrived with another digest than they were sent with, by operation, of requests and answers',
      'kind',
      'part',
    ),
    badAnswers: meters.counter(
      'bad_answers',
      'Answers between nodes that the operation does not declare (a proxy, a login page), by peer and operation',
      'peer',
      'kind',
    ),
    suspended: meters.counter(
      'peer_suspensions',
      'How often a peer kept failing and was suspended for a while, by address and what it was asked for',
      'peer',
      'calls',
    ),
    suspendedNow: meters.gauge(
      'peers_suspended',
      '1 for a peer that kept failing and is suspended until it answers again',
      'peer',
      'calls',
    ),
    /** Shows until when a certificate is valid, as of each look. */
    certificateExpires: meters.watched(
      'tls_certificate_expires_seconds',
      "Until a certificate expires, this node's own or its authority's (ca); negative when it has",
      'certificate',
    ),
  };
}
