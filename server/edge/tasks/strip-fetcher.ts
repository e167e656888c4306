import { performance } from 'node:perf_hooks';
import { containsRegion } from '../../geometry/region.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import { CALLS } from '../../node/contract/calls.js';
import { formatMapRegion } from '../../node/wire/map-blocks.js';
import { decodeStrips } from '../../node/wire/overlap-body.js';
import type { PooledStrip } from '../../node/wire/strip-pool.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { EdgeDevice } from '../device/edge-device.js';

/** Strips that other nodes sent for one tile, by the side and segment that they are for. */
export class FetchedStrips {
  readonly #strips: ReadonlyMap<string, PooledStrip>;
  /** Bodies that carried them. */
  readonly bytes: number;

  constructor(strips: ReadonlyMap<string, PooledStrip> = new Map(), bytes = 0) {
    this.#strips = strips;
    this.bytes = bytes;
  }

  /** What covers a strip; null when nothing does. */
  covering(strip: Strip): PooledStrip | null {
    const there = this.#strips.get(keyOf(strip));
    return there !== undefined && containsRegion(there.region, strip.region) ? there : null;
  }

  /** These and others, which go first. */
  with(others: FetchedStrips): FetchedStrips {
    return new FetchedStrips(new Map([...this.#strips, ...others.#strips]), this.bytes + others.bytes);
  }
}

export const NOTHING_FETCHED = new FetchedStrips();

/** Gets strips from the nodes that keep them, devices or the gateway (the paper's fetcher). */
export class StripFetcher {
  readonly #edge: EdgeDevice;

  constructor(edge: EdgeDevice) {
    this.#edge = edge;
  }

  /**
   * Asks each holder once for everything that is wanted of it, all at the same time.
   *
   * @returns what came; never fails.
   */
  async fetch(task: TaskKey, wanted: ReadonlyMap<string, readonly Strip[]>): Promise<FetchedStrips> {
    const answers = await Promise.all([...wanted].map(([address, strips]) => this.#ask(task, address, strips)));
    return answers.reduce((all, answer) => all.with(answer), NOTHING_FETCHED);
  }

  async #ask({ frame, tile }: TaskKey, address: string, wanted: readonly Strip[]): Promise<FetchedStrips> {
    const { log, metrics, wirePlan } = this.#edge;
    const { links, peers } = this.#edge.remote;
    try {
      const regions = wanted.map(formatMapRegion).join(';');
      const startedMs = performance.now();
      const answer = await peers.client(address).call(CALLS.strips, { path: { frame, tile }, query: { regions } });
      const bytes = answer.bytes.byteLength;
      links.add(address, bytes, performance.now() - startedMs);
      metrics.bytesReceived.inc({ kind: 'overlap' }, bytes);
      const values = decodeStrips(wirePlan.plan, answer.bytes, wanted);
      const strips = wanted.flatMap((strip): [string, PooledStrip][] => {
        const data = values.get(formatMapRegion(strip));
        if (data === undefined) return [];
        if (allFinite(data)) return [[keyOf(strip), { region: strip.region, data }]];
        metrics.notFinite.inc({ from: address });
        log.warn({ frame, tile, address }, 'strip with values that are not finite: computing it');
        return [];
      });
      return new FetchedStrips(new Map(strips), bytes);
    } catch (error) {
      log.debug({ frame, tile, address, err: error }, 'strips could not be fetched: computing them');
      return NOTHING_FETCHED;
    }
  }
}

function keyOf({ side, map }: Strip): string {
  return `${side}/${map}`;
}
