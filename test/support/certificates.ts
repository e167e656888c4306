import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import forge from 'node-forge';

const DAY_MS = 86_400_000;

/** A certificate and its key, as PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  /** The common name. */
  readonly name: string;
  /** Names and addresses that it is for; the loopback's when absent. */
  readonly hosts?: readonly string[];
  /** From now. */
  readonly days?: number;
}

/** An authority of a test's own, which signs certificates. */
export class TestAuthority {
  readonly certificate: string;
  readonly #name: forge.pki.CertificateField[];
  readonly #key: forge.pki.rsa.PrivateKey;

  constructor(name = 'the authority of a test') {
    const { publicKey, privateKey } = newKey();
    this.#name = subjectOf(name);
    this.#key = forgeKey(privateKey);
    this.certificate = signed({
      ...{ subject: this.#name, issuer: this.#name, publicKey, signedWith: this.#key, days: 3650 },
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
  }

  issue({ name, hosts = ['127.0.0.1', 'localhost'], days = 365 }: Subject): Issued {
    const { publicKey, privateKey } = newKey();
    const certificate = signed({
      ...{ subject: subjectOf(name), issuer: this.#name, publicKey, signedWith: this.#key, days },
      extensions: [
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        { name: 'subjectAltName', altNames: hosts.map(altName) },
      ],
    });
    return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
  }
}

/** Puts a text in a file's place, as a program that renews certificates does. */
export function putFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

interface Draft {
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly publicKey: KeyObject;
  readonly signedWith: forge.pki.rsa.PrivateKey;
  readonly days: number;
  readonly extensions: readonly object[];
}

let issued = 0;

function signed({ subject, issuer, publicKey, signedWith, days, extensions }: Draft): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }) as string);
  issued += 1;
  certificate.serialNumber = `01${issued.toString(16).padStart(8, '0')}`;
  const now = Date.now();
  // One that has expired has also been valid once.
  certificate.validity.notBefore = new Date(now - DAY_MS + Math.min(0, days) * DAY_MS);
  certificate.validity.notAfter = new Date(now + days * DAY_MS);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions([...extensions]);
  certificate.sign(signedWith, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

function subjectOf(name: string): forge.pki.CertificateField[] {
  return [{ name: 'commonName', value: name }];
}

/** The types and tags of RFC 5280, 4.2.1.6: 2 a name, 7 an address. */
function altName(host: string): object {
  return /^[0-9.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

function newKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function forgeKey(key: KeyObject): forge.pki.rsa.PrivateKey {
  return forge.pki.privateKeyFromPem(key.export({ type: 'pkcs1', format: 'pem' }) as string);
}
