import { performance } from 'node:perf_hooks';
import { ProblemError } from '../../../client/problem-error.js';
import { type KeptStrip, keptStrips, roomForStrips } from '../../compute/kept-strips.js';
import type { TileJob } from '../../compute/tile-executor.js';
import { isEmptyRegion, type Region, wholeMap } from '../../geometry/region.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import { CALLS } from '../../node/contract/calls.js';
import type { PooledStrip } from '../../node/strip-pool.js';
import { formatMapRegion } from '../../node/wire/map-blocks.js';
import { decodeStrips } from '../../node/wire/overlap-body.js';
import { type InputPart, requireTensor } from '../../node/wire/task-body.js';
import { formatRegion } from '../../node/wire/wire-facts.js';
import { FetchedStrips } from '../../scheduling/reuse/fetched-strips.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { allFinite } from '../../tensor/all-finite.js';
import { cropRegion } from '../../tensor/planes.js';
import { decodeSafetensors } from '../../tensor/safetensors.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { OwnFrames } from '../frames/own-frames.js';
import type { EdgeTask } from './edge-task.js';
import type { EdgeTile } from './edge-turns.js';
import type { StripBuffers } from './strip-buffers.js';

const NOTHING_FETCHED = new FetchedStrips<PooledStrip>();

/** A tile that the compute thread has. */
export interface RunningTile extends EdgeTile {
  readonly job: TileJob;
  /** What it keeps when it is done. */
  readonly kept: readonly KeptStrip[];
}

/** Gets what a tile lacks from other nodes, and makes it a job of the compute thread. */
export class TilePreparer {
  readonly #edge: EdgeDevice;
  readonly #own: OwnFrames;
  readonly #buffers: StripBuffers;

  constructor(edge: EdgeDevice, own: OwnFrames, buffers: StripBuffers) {
    this.#edge = edge;
    this.#own = own;
    this.#buffers = buffers;
  }

  /**
   * Asks each holder once for all strips that are wanted of it, all at the same time (the paper's fetcher).
   *
   * @returns what came; never fails.
   */
  async fetchStrips(task: TaskKey, wanted: ReadonlyMap<string, readonly Strip[]>): Promise<FetchedStrips<PooledStrip>> {
    const answers = await Promise.all([...wanted].map(([address, strips]) => this.#ask(task, address, strips)));
    return answers.reduce((all, answer) => all.with(answer), NOTHING_FETCHED);
  }

  /** Asks the gateway for a region of a frame's picture. */
  async fetchInput({ frame, tile }: EdgeTask, region: Region): Promise<InputPart | 'ended' | 'no-input'> {
    const { log, metrics, wirePlan } = this.#edge;
    const { gateway, links } = this.#edge.remote;
    const { channels } = wirePlan.plan.maps[0]!;
    const query = { region: formatRegion(region) };
    try {
      const startedMs = performance.now();
      const answer = await gateway.call(CALLS.inputRegion, { path: { frame }, query });
      links.add(gateway.baseUrl, answer.bytes.byteLength, performance.now() - startedMs);
      metrics.bytesReceived.inc({ kind: 'input' }, answer.bytes.byteLength);
      const { tensors } = decodeSafetensors(answer.bytes);
      const data = requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', channels, region) as Uint8Array;
      return { region, data };
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return 'ended';
      log.warn({ frame, tile, err: error }, 'input that a tile lacks could not be fetched');
      return 'no-input';
    }
  }

  /** The tile with its job, and with room for what it keeps. */
  runningOf(tile: EdgeTile): RunningTile {
    const { plan } = this.#edge.wirePlan;
    const { cut, keepFor, offers, strips, task } = tile;
    const keepIn = roomForStrips(plan, cut, keepFor, (bytes) => this.#buffers.take(bytes));
    const job = { tileId: task.tile, offers, input: this.#inputOf(tile), strips, keepIn };
    return { ...tile, job, kept: keptStrips(plan, cut, keepIn) };
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

  #inputOf({ cut, frame, input }: EdgeTile): Uint8Array {
    if (isEmptyRegion(cut.input)) return new Uint8Array(0);
    const map = this.#edge.wirePlan.plan.maps[0]!;
    const { data, region } = input ?? { data: this.#own.get(frame)!.data, region: wholeMap(map) };
    return cropRegion(data, map.channels, region, cut.input);
  }
}
