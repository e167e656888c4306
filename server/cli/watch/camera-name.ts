import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';

const MOST_CHARACTERS = 64;
const DIGEST_CHARACTERS = 8;
const LOOPBACK = /^(localhost|127\.|\[::1\])/;

/**
 * Names what is watched as the cluster knows cameras: an address by itself, what is on this machine with the machine's name before it,
 * since other machines have a /dev/video0 too.
 *
 * @param shown without credentials.
 */
export function cameraName(shown: string, machine: string = hostname()): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/i.exec(shown)?.[1];
  const isElsewhere = address !== undefined && !LOOPBACK.test(address);
  const full = isElsewhere ? address : `${machine}-${address ?? resolve(shown)}`;
  const plain = full.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^-+|-+$/g, '');
  if (plain.length <= MOST_CHARACTERS && plain !== '') return plain;
  const digest = createHash('sha256').update(full).digest('hex').slice(0, DIGEST_CHARACTERS);
  return `${plain.slice(0, MOST_CHARACTERS - DIGEST_CHARACTERS - 1)}-${digest}`;
}
