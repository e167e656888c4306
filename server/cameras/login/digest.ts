import { createHash } from 'node:crypto';
import type { Challenge } from './challenge.js';

/** Name and password. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** One request, as its digest names it. */
export interface DigestUse {
  readonly method: string;
  /** The request target, exactly as it is sent. */
  readonly uri: string;
  /** Requests so far with this nonce, this one included. */
  readonly count: number;
  /** The client's nonce. */
  readonly cnonce: string;
}

/** Weakest first: by digest's name in the challenge, its name for OpenSSL. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
  ['SHA-512-256', 'sha512-256'],
]);
const SESSION = '-SESS';

/** @returns how strong the challenge's hash is, from 1; 0 when this client cannot answer the challenge. */
export function digestStrength({ parameters }: Challenge): number {
  const hash = algorithmOf(parameters).replace(/-SESS$/, '');
  return parameters.has('nonce') && qopOf(parameters) !== null ? [...HASHES.keys()].indexOf(hash) + 1 : 0;
}

/**
 * The value of the Authorization header for a digest challenge (RFC 7616; RFC 2069 where the challenge has no `qop`).
 * The name goes as it is, also where the server would take its hash (`userhash`).
 */
export function digestAuthorization({ parameters }: Challenge, credentials: Credentials, use: DigestUse): string {
  const name = credentials.name.normalize('NFC');
  const password = credentials.password.normalize('NFC');
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const opaque = parameters.get('opaque');
  const algorithm = algorithmOf(parameters);
  const qop = qopOf(parameters) ?? '';
  const count = use.count.toString(16).padStart(8, '0');
  const hash = (text: string) => {
    return createHash(HASHES.get(algorithm.replace(/-SESS$/, ''))!)
      .update(text)
      .digest('hex');
  };
  const user = hash(`${name}:${realm}:${password}`);
  const secret = algorithm.endsWith(SESSION) ? hash(`${user}:${nonce}:${use.cnonce}`) : user;
  const request = hash(`${use.method}:${use.uri}${qop === 'auth-int' ? `:${hash('')}` : ''}`);
  const proof = qop === '' ? [secret, nonce, request] : [secret, nonce, count, use.cnonce, qop, request];
  const isExtended = parameters.get('charset')?.toUpperCase() === 'UTF-8' && /[^\x20-\x7e]/.test(name);
  return `Digest ${[
    isExtended ? `username*=UTF-8''${encodeExtended(name)}` : `username=${quote(name)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(use.uri)}`,
    `response="${hash(proof.join(':'))}"`,
    ...(parameters.get('algorithm') ? [`algorithm=${parameters.get('algorithm')}`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qop === '' ? [] : [`qop=${qop}`, `nc=${count}`]),
    ...(qop === '' && !algorithm.endsWith(SESSION) ? [] : [`cnonce="${use.cnonce}"`]),
  ].join(', ')}`;
}

/** Upper case. */
function algorithmOf(parameters: ReadonlyMap<string, string>): string {
  return (parameters.get('algorithm') || 'MD5').toUpperCase();
}

/** @returns '' for a challenge without `qop`, null for one with unknown words only. */
function qopOf(parameters: ReadonlyMap<string, string>): '' | 'auth' | 'auth-int' | null {
  const offered = (parameters.get('qop') ?? '').toLowerCase().split(/[\s,]+/);
  if (offered.includes('auth')) return 'auth';
  if (offered.includes('auth-int')) return 'auth-int';
  return offered.every((word) => word === '') ? '' : null;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** As RFC 8187 has it: what `encodeURIComponent` leaves and the RFC does not is encoded as well. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
