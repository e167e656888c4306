import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { altNameOf } from './tls-failure.js';
import type { TlsMaterial } from './tls-material.js';

const DAY_MS = 86_400_000;
/** A certificate is about to expire in the last tenth of its time, and in these days at the earliest. */
const SOON_PART = 0.1;
const SOON_MS = 14 * DAY_MS;
const LONGEST_CHAIN = 8;

/** Where a certificate is in its time. */
export type Validity = 'not yet valid' | 'valid' | 'expires soon' | 'expired';

export function validityOf(certificate: X509Certificate, nowMs: number): Validity {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (nowMs < from) return 'not yet valid';
  if (nowMs >= to) return 'expired';
  return to - nowMs <= Math.min(SOON_MS, SOON_PART * (to - from)) ? 'expires soon' : 'valid';
}

/** Until it expires; negative when it has. */
export function msLeft(certificate: X509Certificate, nowMs: number): number {
  return Date.parse(certificate.validTo) - nowMs;
}

/** `until 2027-01-31, 29 days` */
export function validityText(certificate: X509Certificate, nowMs: number): string {
  const days = Math.floor(msLeft(certificate, nowMs) / DAY_MS);
  const count = Math.abs(days) === 1 ? 'day' : 'days';
  return `until ${new Date(certificate.validTo).toISOString().slice(0, 10)}, ${days} ${count}`;
}

/** What is wrong with a certificate's time, to be told; null when nothing is. */
export function timeRemark(certificate: X509Certificate, file: string, nowMs: number): string | null {
  const validity = validityOf(certificate, nowMs);
  if (validity === 'valid') return null;
  if (validity === 'not yet valid') {
    return `${file} is not valid before ${certificate.validFrom}: is this machine's clock right?`;
  }
  const remedy = 'put a new one in its place, it is read without a restart';
  if (validity === 'expired')
    return `${file} has expired (${certificate.validTo}): nobody takes it any more; ${remedy}`;
  return `${file} expires soon (${validityText(certificate, nowMs)}): ${remedy}`;
}

/**
 * Why the other nodes will not take a node's certificate.
 *
 * @param host of the node's address.
 */
export function peerRemarks({ authorities, chain, files }: TlsMaterial, host: string): readonly string[] {
  const own = chain[0]!;
  const remarks: string[] = [];
  if ((isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host)) === undefined) {
    remarks.push(
      `${files.certificate} is not for ${host}, by which others reach this node: they will refuse it; make one with ` +
        `subjectAltName=${altNameOf(host)}`,
    );
  }
  if (files.ca !== null && !isIssuedBy(own, chain.slice(1), authorities)) {
    remarks.push(
      `${files.certificate} is not signed by an authority in ${files.ca}: other nodes that have this one will refuse it; ` +
        'sign it with that authority, or name the right one in tls.ca',
    );
  }
  return remarks;
}

/** Whether a certificate leads to an authority over those between them. */
function isIssuedBy(
  certificate: X509Certificate,
  between: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): boolean {
  const isIssuer = (child: X509Certificate) => (one: X509Certificate) =>
    child.checkIssued(one) && child.verify(one.publicKey);
  let last = certificate;
  for (let links = 0; links < LONGEST_CHAIN; links++) {
    if (authorities.some((one) => one.fingerprint256 === last.fingerprint256)) return true;
    if (authorities.some(isIssuer(last))) return true;
    const next = between.find(isIssuer(last));
    if (next === undefined || next === last) return false;
    last = next;
  }
  return false;
}
