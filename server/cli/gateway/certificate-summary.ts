import type { ClusterConfig, NodeConfig } from '../../config/cluster-config.js';
import { type TlsConfig, tlsFilesOf } from '../../config/tls-config.js';
import { DeepThingsError } from '../../errors.js';
import { readTlsMaterial } from '../../node/tls/tls-material.js';
import { peerRemarks, timeRemark, validityText } from '../../node/tls/tls-remarks.js';

/** What the certificates of a cluster's nodes are worth, as far as they are on this machine. */
export interface CertificateSummary {
  readonly lines: readonly string[];
  /** What nodes would be refused for. */
  readonly remarks: readonly string[];
}

/** @throws DeepThingsError `DT_TLS_FILE`, `DT_TLS_CERTIFICATE`, `DT_TLS_KEY` for files that are here and of no use. */
export function certificateSummary({ tls, gateway, devices }: ClusterConfig, nowMs: number): CertificateSummary {
  if (tls === null) return { lines: [], remarks: [] };
  const nodes = [gateway, ...devices].map((node) => ofNode(tls, node, nowMs));
  return { lines: nodes.map(({ line }) => line), remarks: [...new Set(nodes.flatMap(({ remarks }) => remarks))] };
}

function ofNode(tls: TlsConfig, { id, address }: NodeConfig, nowMs: number) {
  const files = tlsFilesOf(tls, id);
  try {
    const material = readTlsMaterial(files);
    const own = material.chain[0]!;
    const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
    const time = timeRemark(own, files.certificate, nowMs);
    return {
      line: `${id}: valid ${validityText(own, nowMs)}`,
      remarks: [...(time === null ? [] : [time]), ...peerRemarks(material, host)],
    };
  } catch (error) {
    // Each machine has its own node's files, and need not have the others'.
    const isAbsent = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    if (!(error instanceof DeepThingsError) || !isAbsent) throw error;
    return { line: `${id}: no certificate and key on this machine`, remarks: [] };
  }
}
