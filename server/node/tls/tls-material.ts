import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { TransportTls } from '../../../client/undici-transport.js';
import type { TlsFiles } from '../../config/tls-config.js';
import { DeepThingsError } from '../../errors.js';

/** All authorities that a system knows are a quarter of that. */
const LARGEST_FILE_BYTES = 2 ** 20;
const MOST_CERTIFICATES = 1_000;

const WORDS: Readonly<Record<keyof TlsFiles, string>> = { certificate: 'certificate', key: 'key', ca: 'authority' };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** What TLS connections are made with, read from files and checked. PEM texts. */
export interface TlsMaterial extends TransportTls {
  readonly files: TlsFiles;
  readonly certificate: string;
  readonly key: string;
  /** The node's own certificate, then those between it and its authority. */
  readonly chain: readonly X509Certificate[];
  /** Empty: those that Node.js knows. */
  readonly authorities: readonly X509Certificate[];
}

/**
 * Reads the files of a node. What the private key is, no error says.
 *
 * @throws DeepThingsError `DT_TLS_FILE`, `DT_TLS_CERTIFICATE`, `DT_TLS_KEY` naming the file.
 */
export function readTlsMaterial(files: TlsFiles): TlsMaterial {
  const certificate = readText(files.certificate, 'certificate');
  const chain = certificatesIn(certificate, files.certificate, 'certificate');
  const key = readText(files.key, 'key');
  const privateKey = privateKeyIn(key, files.key);
  if (!chain[0]!.checkPrivateKey(privateKey)) {
    throw new DeepThingsError(
      'DT_TLS_KEY',
      `the key ${files.key} is not that of the certificate ${files.certificate}: give the two that were made together`,
    );
  }
  const trusted = readTrust(files.ca);
  const material = { files, certificate, key, chain, ...trusted };
  requireUsable(material);
  return material;
}

/**
 * Reads whose certificates are taken.
 *
 * @param file null: nothing is read, those that Node.js knows are taken.
 * @throws DeepThingsError `DT_TLS_FILE`, `DT_TLS_CERTIFICATE` naming the file.
 */
export function readTrust(file: string | null): Pick<TlsMaterial, 'ca' | 'authorities'> {
  if (file === null) return { authorities: [] };
  const ca = readText(file, 'ca');
  return { ca, authorities: certificatesIn(ca, file, 'ca') };
}

/** What OpenSSL refuses although it can be read, such as a key that is too short. */
function requireUsable({ ca, certificate, key, files }: TlsMaterial): void {
  try {
    createSecureContext({ cert: certificate, key, ...(ca !== undefined && { ca }) });
  } catch (cause) {
    const message = `the certificate ${files.certificate} cannot be used: ${reasonOf(cause)}: make another one`;
    throw new DeepThingsError('DT_TLS_CERTIFICATE', message, { cause });
  }
}

function readText(file: string, key: keyof TlsFiles): string {
  try {
    if (statSync(file).size > LARGEST_FILE_BYTES) throw new Error('it is too large');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `the ${WORDS[key]} ${file} cannot be read: ${reasonOf(cause)}: docs/security.md says how to make one`;
    throw new DeepThingsError('DT_TLS_FILE', message, { cause });
  }
}

function certificatesIn(text: string, file: string, key: keyof TlsFiles): readonly X509Certificate[] {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0 || blocks.length > MOST_CERTIFICATES) {
    const found = blocks.length === 0 ? 'no certificate' : `${blocks.length} certificates`;
    throw new DeepThingsError(
      'DT_TLS_CERTIFICATE',
      `the ${WORDS[key]} ${file} has ${found} in it: expected PEM, which begins with -----BEGIN CERTIFICATE-----`,
    );
  }
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    const message = `the ${WORDS[key]} ${file} has a certificate that cannot be read: ${reasonOf(cause)}: copy it again`;
    throw new DeepThingsError('DT_TLS_CERTIFICATE', message, { cause });
  }
}

/** The error has no cause: it could quote what it could not read. */
function privateKeyIn(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const isLocked = /ENCRYPTED/.test(text) || (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
    const what = isLocked
      ? 'is locked with a passphrase, which nobody can type when a node starts: take it off with "openssl pkey"'
      : 'has no private key in it: expected PEM, which begins with -----BEGIN PRIVATE KEY-----';
    throw new DeepThingsError('DT_TLS_KEY', `the key ${file} ${what}`);
  }
}

/** OpenSSL's own messages have a source file of it in them. */
function reasonOf(error: unknown): string {
  const { code, message, reason } = error as NodeJS.ErrnoException & { reason?: string };
  return reason ?? code ?? message;
}
