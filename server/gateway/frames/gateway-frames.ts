import type { ClusterConfig } from '../../config/cluster-config.js';
import { letterboxPicture } from '../../imaging/letterbox.js';
import type { Network } from '../../model/network.js';
import { FrameScopes } from '../../node/frame-scopes.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { StripPool } from '../../node/strip-pool.js';
import type { FrameArchive } from '../archive/frame-archive.js';
import type { FrameRecord } from './frame-record.js';
import { FrameStore, isEnded, type KnownFrame } from './frame-store.js';
import { KeptOutputs } from './kept-outputs.js';

/** What the gateway keeps of frames. */
export interface GatewayFrames {
  readonly store: FrameStore;
  /** The runs of open frames: a run ends with the frame, or when the frame is run again from its picture on. */
  readonly runs: FrameScopes;
  /**
   * A frame's letterboxed picture, `[3, height, width]`: kept while the frame is open, made again of its picture afterwards.
   *
   * @throws DeepThingsError `DT_PICTURE_BROKEN` when the picture of an open frame that was not letterboxed yet cannot be decoded.
   * @throws HttpProblem 410 when the picture is not there any more.
   */
  readonly inputOf: (frame: KnownFrame) => Promise<Uint8Array>;
  readonly strips: StripPool;
  readonly keptOutputs: KeptOutputs;
}

export interface GatewayFramesParts {
  readonly config: ClusterConfig;
  readonly network: Network;
  readonly archive: FrameArchive;
  readonly telemetry: Telemetry;
}

export function createFrames({ archive, config, network, telemetry }: GatewayFramesParts): GatewayFrames {
  const { log, metrics } = telemetry;
  const store = new FrameStore({ archive, bounds: config.store, metrics, log });
  const runs = new FrameScopes();
  const strips = new StripPool(config.limits.overlapBytes);
  runs.onEnd((frame) => strips.drop(frame));
  store.onForgotten((frame) => runs.end(frame, 'forgotten'));
  metrics.holds('open frames', () => store.openCount);
  metrics.holds('bytes of strips', () => strips.bytes);
  const keptOutputs = new KeptOutputs(config.limits.keptOutputs);
  // An output is looked at when its frame has ended.
  runs.onEnd((frame, why) => {
    if (why !== 'ended') keptOutputs.drop(frame);
  });
  const inputOf = async (frame: KnownFrame) => {
    if (isEnded(frame)) return (await letterboxPicture(await store.picture(frame), network)).data;
    return frame.input ?? (await letterboxOnce(frame));
  };
  const underWay = new Map<FrameRecord, Promise<Uint8Array>>();
  const letterboxOnce = (record: FrameRecord) => {
    const letterboxing =
      underWay.get(record) ?? letterboxOpen(store, record, network).finally(() => underWay.delete(record));
    underWay.set(record, letterboxing);
    return letterboxing;
  };
  return { store, runs, inputOf, strips, keptOutputs };
}

async function letterboxOpen(store: FrameStore, record: FrameRecord, network: Network): Promise<Uint8Array> {
  const { data, digest } = await letterboxPicture(await store.picture(record), network);
  if (record.end === null) Object.assign(record, { input: data, inputDigest: digest });
  return data;
}
