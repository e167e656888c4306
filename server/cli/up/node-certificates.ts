import type { ClusterConfig } from '../../config/cluster-config.js';
import { tlsFilesOf } from '../../config/tls-config.js';
import { DeepThingsError } from '../../errors.js';
import { readTlsMaterial, type TlsMaterial } from '../../node/tls/tls-material.js';

/**
 * Finds out, before anything is started, whether every node can have its certificate.
 *
 * @returns the gateway's, which is shown to the nodes; null when they speak http.
 * @throws DeepThingsError `DT_TLS_FILES` naming every file that is of no use.
 */
export function readNodeCertificates({ tls, gateway, devices }: ClusterConfig): TlsMaterial | null {
  if (tls === null) return null;
  const troubles = new Set<string>();
  const materials = [gateway, ...devices].map(({ id }) => {
    try {
      return readTlsMaterial(tlsFilesOf(tls, id));
    } catch (error) {
      troubles.add((error as Error).message);
      return null;
    }
  });
  if (troubles.size > 0) throw new DeepThingsError('DT_TLS_FILES', [...troubles].join('\n       '));
  return materials[0]!;
}
