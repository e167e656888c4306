import { isIP } from 'node:net';
import type { ProblemError } from '../../../client/problem-error.js';

/** Whom a connection was to, and with what. */
export interface AskedPeer {
  /** `e1`, `the gateway`. */
  readonly name: string;
  readonly address: string;
}

const OTHER_AUTHORITY: ReadonlySet<string> = new Set([
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What OpenSSL makes of an answer that is no TLS. */
const NO_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|HTTP_REQUEST)$/;

/** How a certificate names a host, as OpenSSL writes it. */
export function altNameOf(host: string): string {
  return `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`;
}

/** The peer has refused what was shown to it, by a TLS alert. */
const ALERT = /^ERR_SSL_(SSLV3|TLSV1|TLSV13)_ALERT_(.+)$/;
const ALERT_OF_CERTIFICATE = /CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE/;

/**
 * Why no TLS connection came about, and what to do.
 *
 * @returns null when TLS was not the reason.
 */
export function tlsFailureText(error: unknown, { name, address }: AskedPeer): string | null {
  const { code, message } = withCode(error);
  const who = `${name} at ${address}`;
  if (OTHER_AUTHORITY.has(code)) {
    return (
      `the certificate of ${who} is not of an authority that is taken here (${code}): give ca (tls.ca in cluster.yaml, --ca) ` +
      `the authority that signed it, or have it signed by the one that ca names`
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return `the certificate of ${who} has expired: put a new one in its place there`;
  if (code === 'CERT_NOT_YET_VALID') return `the certificate of ${who} is not valid yet: are the clocks right?`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { reason } = error as { reason?: string };
    const wanted = altNameOf(new URL(address).hostname.replace(/^\[|\]$/g, ''));
    return `the certificate of ${who} is for another name (${reason ?? message}): make one with subjectAltName=${wanted}`;
  }
  if (NO_TLS.test(code))
    return `${who} speaks http, not https: give every node the same tls section, or ask by http://`;
  const alert = ALERT.exec(code)?.[2];
  if (alert === undefined) return null;
  if (ALERT_OF_CERTIFICATE.test(alert)) {
    return (
      `${who} does not take the certificate that it was shown, or wants one (${code}): give certificate and key (tls in ` +
      'cluster.yaml, --cert and --key) those that its ca has signed'
    );
  }
  return `${who} and this program found no TLS in common (${code}): both need TLS 1.2 or newer`;
}

/** The innermost error that says what it is. */
function withCode(error: unknown): { readonly code: string; readonly message: string } {
  const { cause, code, message } = error as NodeJS.ErrnoException & Partial<ProblemError> & { cause?: unknown };
  if (cause instanceof Error && (code === undefined || code === 'UND_ERR_SOCKET')) return withCode(cause);
  return { code: code ?? '', message: message ?? String(error) };
}
