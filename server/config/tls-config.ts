import { resolve } from 'node:path';
import { expandHome } from '../model/files/home-folder.js';
import type { ClusterFile } from './cluster-file.js';
import { CLUSTER_DEFAULTS } from './defaults.js';
import type { StorePathOrigin } from './store-path.js';

/** The files of a node's TLS. Paths are absolute. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Null: the authorities that Node.js knows. */
  readonly ca: string | null;
}

/** How nodes speak TLS: paths with `{node}` in them stand for a file of each node. */
export interface TlsConfig extends TlsFiles {
  /** Whether who connects must show a certificate of `ca`. */
  readonly mutual: boolean;
}

/** What `{node}` stands for with commands that only ask. */
export const CLIENT_ID = 'client';

/** What stands for a node's id in a path. */
export const NODE_PLACE = '{node}';

/** @param origin where paths start from, and the home folder of `~`. */
export function resolveTls(given: ClusterFile['tls'], { baseDirectory, env }: StorePathOrigin): TlsConfig | null {
  const absolute = (path: string) => resolve(baseDirectory, expandHome(path, env));
  if (given === undefined) return null;
  const { ca, certificate, key, mutual } = { ...CLUSTER_DEFAULTS.tls, ...given };
  return {
    certificate: absolute(certificate),
    key: absolute(key),
    ca: ca === undefined ? null : absolute(ca),
    mutual,
  };
}

/** Of every address of a cluster. */
export function schemeOf({ tls }: { readonly tls: TlsConfig | null }): 'http' | 'https' {
  return tls === null ? 'http' : 'https';
}

/** The files of one node, or of `CLIENT_ID`. */
export function tlsFilesOf({ ca, certificate, key }: TlsConfig, node: string): TlsFiles {
  const of = (path: string) => path.replaceAll(NODE_PLACE, node);
  return { certificate: of(certificate), key: of(key), ca: ca === null ? null : of(ca) };
}
