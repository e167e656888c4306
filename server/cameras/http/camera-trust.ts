import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { DeepThingsError } from '../../errors.js';

export interface TrustChoice {
  /** Takes any certificate, and the old TLS of old cameras. */
  readonly insecure: boolean;
  /** A PEM file: the authorities that sign cameras' certificates, or such certificates themselves. */
  readonly caFile?: string | undefined;
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Old cameras know no more than TLS 1.0 with short keys, and no safe renegotiation. */
const OLD_TLS: ConnectionOptions = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT@SECLEVEL=0',
  secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
};

/**
 * The TLS options of connections to cameras. A certificate that the file names itself is taken for any host name: most
 * cameras make their own, for a name that they do not have.
 *
 * @throws DeepThingsError `DT_USAGE` when the file cannot be read or has no certificate.
 */
export function cameraTls({ insecure, caFile }: TrustChoice): ConnectionOptions {
  if (insecure) return OLD_TLS;
  if (caFile === undefined) return {};
  const ca = readCertificates(caFile);
  const named = new Set(ca.map((pem) => pem.replace(/-----[^-]+-----|\s/g, '')));
  return {
    ca,
    checkServerIdentity: (host, certificate) => {
      return named.has(certificate.raw.toString('base64')) ? undefined : checkServerIdentity(host, certificate);
    },
  };
}

function readCertificates(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DeepThingsError('DT_USAGE', `--camera-ca ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const found = text.match(PEM);
  if (found !== null) return found;
  throw new DeepThingsError('DT_USAGE', `--camera-ca ${path} has no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
}
