import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { loadSharp } from '../../server/imaging/sharp-library.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { encodeResultBody, type ResultBody } from '../../server/node/wire/result-body.js';
import { encodeTaskBody, type TaskBody, type WirePlan } from '../../server/node/wire/task-body.js';
import { NO_REUSE } from '../../server/scheduling/reuse/tile-reuse.js';
import { regionShape, valuesOf } from '../../server/tensor/planes.js';

/** The face detector on a picture of 96 x 96, in four tiles: each takes a few milliseconds. */
export const SMALL = 'model: { name: face-detector, width: 96, height: 96 }\npartition: { grid: 2x2, fusedDepth: 8 }';
export const SMALL_TILES = 4;

/** @param digest of the plan, as `GET /cluster` says it. */
export async function wirePlanOf(config: ClusterConfig, digest: string): Promise<WirePlan> {
  const { network, plan } = await planCluster(config);
  return { plan, digest, fill: network.preprocessing.fill };
}

export const DIGEST = 'd'.repeat(64);

/** A task as it travels; its input is one grey. */
export function taskBody(wirePlan: WirePlan, facts: Partial<TaskBody> = {}): Uint8Array {
  const { plan } = wirePlan;
  const tile = facts.tile ?? 0;
  const region = plan.tiles[tile]!.regions[0]!;
  const data = new Uint8Array(valuesOf(regionShape(plan.maps[0]!.channels, region))).fill(99);
  return encodeTaskBody(wirePlan, {
    frame: 'zz-1',
    tile,
    attempt: 1,
    source: 'e0',
    strategy: 'ftp-wst-s',
    inputDigest: DIGEST,
    generation: 1,
    reuse: NO_REUSE,
    input: { region, data },
    ...facts,
  });
}

/** A tile's output as it travels; its values are all 0. */
export function resultBody(wirePlan: WirePlan, facts: Partial<ResultBody> = {}): Uint8Array {
  const { plan } = wirePlan;
  const tile = facts.tile ?? 0;
  const { shares } = plan.tiles[tile]!;
  return encodeResultBody(wirePlan, {
    frame: 'zz-1',
    tile,
    generation: 1,
    attempt: 1,
    device: 'e0',
    inputDigest: DIGEST,
    outputs: plan.outputs.map(
      (map, i) => new Float32Array(valuesOf(regionShape(plan.maps[map]!.channels, shares[i]!))),
    ),
    waitMs: 1,
    overlapMs: 0,
    transferMs: 0,
    computeMs: 2.5,
    inputBytes: 0,
    overlapBytes: 0,
    controlBytes: 0,
    macs: 1e6,
    strips: null,
    ...facts,
  });
}

/** A small photograph-like picture. */
export async function smallPicture(format: 'jpeg' | 'png' | 'webp' | 'gif' = 'jpeg'): Promise<Buffer> {
  const sharp = await loadSharp();
  const pixels = Buffer.from(Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * 7 + (i >> 4) * 3) & 255));
  return sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}
