import { performance } from 'node:perf_hooks';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import { CALLS } from '../../node/contract/calls.js';
import { formatMapRegion } from '../../node/wire/map-blocks.js';
import { decodeStrips } from '../../node/wire/overlap-body.js';
import type { PooledStrip } from '../../node/wire/strip-pool.js';
import { FetchedStrips } from '../../scheduling/reuse/fetched-strips.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { EdgeDevice } from '../device/edge-device.js';

const NOTHING_FETCHED = new FetchedStrips<PooledStrip>();

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
  async fetch(task: TaskKey, wanted: ReadonlyMap<string, readonly Strip[]>): Promise<FetchedStrips<PooledStrip>> {
    const answers = await Promise.all([...wanted].map(([address, strips]) => this.#ask(task, address, strips)));
    return answers.reduce((all, answer) => all.with(answer), NOTHING_FETCHED);
  }

  async #ask({ frame, tile }: TaskKey, address: string, wanted: readonly Strip[]): Promise<FetchedStrips<PooledStrip>> {
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
      const strips = wanted.flatMap((strip): [Strip, PooledStrip][] => {
        const data = values.get(formatMapRegion(strip));
        if (data === undefined) return [];
        if (allFinite(data)) return [[strip, { region: strip.region, data }]];
        metrics.notFinite.inc({ from: address });
        log.warn({ frame, tile, address }, 'strip with values that are not finite: computing it');
        return [];
      });
      return new FetchedStrips(strips, bytes);
    } catch (error) {
      log.debug({ frame, tile, address, err: error }, 'strips could not be fetched: computing them');
      return NOTHING_FETCHED;
    }
  }
}
