import type { ClusterConfig, NodeConfig } from '../../config/cluster-config.js';
import { type TlsFiles, tlsFilesOf } from '../../config/tls-config.js';
import type { Logger } from '../observe/logger.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { readersRemark } from './file-readers.js';
import { watchFiles } from './file-watch.js';
import { readTlsMaterial, type TlsMaterial } from './tls-material.js';
import { msLeft, peerRemarks, timeRemark, validityText } from './tls-remarks.js';

const HOUR_MS = 3_600_000;

/** Where a node's TLS material comes from, and that it may change. */
export interface TlsSource {
  /** Whether who connects must show a certificate of an authority that is taken. */
  readonly mutual: boolean;
  current(): TlsMaterial;
  /** Calls back with what takes the place of the material before. */
  onRenewed(listener: (material: TlsMaterial) => void): void;
}

export interface FollowOptions {
  readonly log: Logger;
  /** Of the node's address. */
  readonly host: string;
  /** How often files are looked at. */
  readonly everyMs?: number;
}

/** The certificate, key and authority of one node, as its files say them. */
export class NodeTls implements OpenedTls {
  readonly mutual: boolean;
  readonly #files: TlsFiles;
  readonly #listeners: ((material: TlsMaterial) => void)[] = [];
  /** What has been said of the material's time. */
  readonly #said = new Set<string>();
  #material: TlsMaterial;
  #endFollowing: () => void = () => {};

  /** @throws DeepThingsError `DT_TLS_FILE`, `DT_TLS_CERTIFICATE`, `DT_TLS_KEY` */
  constructor(files: TlsFiles, mutual: boolean) {
    this.mutual = mutual;
    this.#files = files;
    this.#material = readTlsMaterial(files);
  }

  current(): TlsMaterial {
    return this.#material;
  }

  onRenewed(listener: (material: TlsMaterial) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Goes with the files from here on: what takes their place counts without a stop. Says what others will refuse, and when
   * a certificate expires.
   */
  follow({ log, host, everyMs }: FollowOptions): void {
    this.end();
    const { certificate, key, ca } = this.#files;
    const paths = [...new Set([certificate, key, ...(ca === null ? [] : [ca])])];
    const endWatch = watchFiles(paths, () => this.#reload(log, host), everyMs);
    this.#report(log, host);
    const timer = setInterval(() => this.#tellTimes(log), HOUR_MS);
    timer.unref();
    this.#endFollowing = () => {
      endWatch();
      clearInterval(timer);
    };
  }

  end(): void {
    this.#endFollowing();
  }

  measure(metrics: NodeMetrics): void {
    metrics.certificateExpires('own', () => msLeft(this.#material.chain[0]!, Date.now()) / 1000);
    if (this.#files.ca === null) return;
    // The one of several that lasts longest: the others are on their way out.
    metrics.certificateExpires('ca', () => {
      return Math.max(...this.#material.authorities.map((one) => msLeft(one, Date.now()))) / 1000;
    });
  }

  #reload(log: Logger, host: string): void {
    try {
      this.#material = readTlsMaterial(this.#files);
      this.#said.clear();
      for (const listener of this.#listeners) listener(this.#material);
      log.info('certificates read again');
      this.#report(log, host);
    } catch (error) {
      log.error(`the certificates stay as they were: ${(error as Error).message}`);
    }
  }

  #report(log: Logger, host: string): void {
    const { chain, files } = this.#material;
    log.info({ certificate: files.certificate, mutual: this.mutual }, `valid ${validityText(chain[0]!, Date.now())}`);
    for (const remark of [...peerRemarks(this.#material, host), ...this.#readers()]) log.warn(remark);
    this.#tellTimes(log);
  }

  #readers(): readonly string[] {
    const remark = readersRemark(this.#files.key, "this node's key");
    return remark === null ? [] : [remark];
  }

  /** Each thing once, not at every look. */
  #tellTimes(log: Logger): void {
    const { authorities, chain, files } = this.#material;
    const nowMs = Date.now();
    const own = timeRemark(chain[0]!, files.certificate, nowMs);
    const others = authorities.map((one) => timeRemark(one, files.ca!, nowMs));
    for (const remark of [own, ...others]) {
      if (remark === null || this.#said.has(remark)) continue;
      this.#said.add(remark);
      log.warn(remark);
    }
  }
}

/** A node's TLS that goes with its files until it is ended. */
export interface OpenedTls extends TlsSource {
  /** Shows how long the certificates are valid. */
  measure(metrics: NodeMetrics): void;
  end(): void;
}

/**
 * A node's TLS as cluster.yaml has it; null when nodes speak http.
 *
 * @throws DeepThingsError `DT_TLS_FILE`, `DT_TLS_CERTIFICATE`, `DT_TLS_KEY`
 */
export function openNodeTls({ tls }: ClusterConfig, { id, address }: NodeConfig, log: Logger): OpenedTls | null {
  if (tls === null) return null;
  const opened = new NodeTls(tlsFilesOf(tls, id), tls.mutual);
  opened.follow({ log, host: new URL(address).hostname.replace(/^\[|\]$/g, '') });
  return opened;
}
