import type { Draft } from '../draft.js';
import type { ConfigPath } from '../source/position.js';
import { NODE_PLACE } from '../tls-config.js';
import { parseNodeAddress } from './node-address.js';

/** Checks `tls`, and that every address has the scheme that it asks for. */
export function checkTls(draft: Draft): void {
  const { given, problems } = draft;
  // A section of the wrong shape says that https is meant, and nothing else.
  if (problems.has(['tls'])) return;
  for (const key of ['certificate', 'key', 'ca'] as const) checkPlaces(draft, key);
  if (given.tls?.mutual && given.tls.ca === undefined && !problems.has(['tls', 'ca'])) {
    const remedy = 'add ca: with the certificate of the authority that signs those of nodes and clients';
    problems.report(['tls', 'mutual'], 'needs to know whose certificates to take', remedy);
  }
  checkScheme(draft, ['gateway', 'address'], given.gateway?.address);
  for (const [index, device] of (given.devices ?? []).entries()) {
    checkScheme(draft, ['devices', index, 'address'], device?.address);
  }
}

/** Braces with another word in them would be taken for a part of a file's name. */
function checkPlaces({ given, problems }: Draft, key: 'certificate' | 'key' | 'ca'): void {
  const other = given.tls?.[key]?.replaceAll(NODE_PLACE, '').match(/\{[^}]*\}/)?.[0];
  if (other === undefined) return;
  problems.report(['tls', key], `has ${other.slice(0, 40)} in it`, `write ${NODE_PLACE} for the node's id`);
}

function checkScheme({ given, problems }: Draft, path: ConfigPath, text: string | undefined): void {
  if (text === undefined) return;
  const address = parseNodeAddress(text);
  // One that is none is reported as such.
  if (address.kind === 'bad') return;
  const isHttps = address.origin.startsWith('https:');
  if (isHttps === (given.tls !== undefined)) return;
  if (isHttps) {
    const remedy = `write '${address.origin.replace('https:', 'http:')}', or add tls: with certificate and key`;
    problems.report(path, `'${address.origin}' is https, and there is no tls section`, remedy);
    return;
  }
  const remedy = `write '${address.origin.replace('http:', 'https:')}', or remove tls`;
  problems.report(path, `'${address.origin}' is http, and with a tls section every node speaks https`, remedy);
}
