import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import { inputRegion } from '../../geometry/modnn/back-projection.js';
import { isEmptyRegion, type Region, regionArea } from '../../geometry/region.js';
import type { FrameScopes } from '../../node/frame-scopes.js';
import { encodeSliceResult, type Rows, type SliceResultBody } from '../../node/wire/slice-body.js';
import { cropRegion } from '../../tensor/planes.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { EdgeBoard, SliceTask } from './edge-board.js';
import type { ResultSender } from './result-sender.js';

export interface SliceRunnerParts {
  readonly edge: EdgeDevice;
  readonly compute: Pick<ComputeThread, 'runLayer'>;
  readonly board: EdgeBoard;
  readonly sender: ResultSender;
  readonly scopes: FrameScopes;
}

/** A slice between two layers. */
interface ResidentSlice {
  readonly attempt: number;
  /** The map that `rows` are of. */
  readonly map: number;
  readonly rows: Rows;
}

/** Computes slices layer by layer; what a layer puts out stays here for the next one (MoDNN). */
export class SliceRunner {
  readonly #parts: SliceRunnerParts;
  /** One for each open frame that is computed so, of which there is one at a time. */
  readonly #resident = new Map<string, ResidentSlice>();

  constructor(parts: SliceRunnerParts) {
    this.#parts = parts;
    parts.scopes.onEnd(
      (frame) => this.#resident.delete(frame),
      () => [...this.#resident.keys()],
    );
    parts.edge.metrics.holds('frames with slices', () => this.#resident.size);
  }

  /**
   * Computes one layer of a slice and has its result sent.
   *
   * @param stopped aborted when the device stops: the compute thread ends, and what it fails with is no error.
   */
  async run(task: SliceTask, stopped: AbortSignal): Promise<void> {
    const { board, edge, sender } = this.#parts;
    const { log, metrics, wirePlan } = edge;
    const { frame, slice, layer, attempt } = task;
    const facts = { frame, slice, layer, attempt };
    const waitMs = performance.now() - task.arrivedMs;
    if (this.isPast(task)) {
      log.debug(facts, 'layer of a slice is past');
      board.finished(task);
      return;
    }
    try {
      const result = await this.compute(task, waitMs);
      metrics.tileWait.observe(waitMs / 1000);
      log.debug({ ...facts, computeMs: result.computeMs, waitMs }, 'layer of a slice computed');
      sender.send(task, () => encodeSliceResult(wirePlan, result, wirePlan.maps));
    } catch (error) {
      // The gateway sees that nobody lists the slice any more, and begins the frame again.
      if (!stopped.aborted) log.error({ ...facts, err: error }, 'layer of a slice could not be computed');
      board.finished(task);
    }
  }

  /** Whether a layer was computed here already: a task that arrives twice must not use up what the next one needs. */
  isPast({ frame, layer, attempt }: Pick<SliceTask, 'frame' | 'layer' | 'attempt'>): boolean {
    const resident = this.#resident.get(frame);
    if (resident === undefined) return false;
    return attempt < resident.attempt || (attempt === resident.attempt && layer < resident.map);
  }

  /** @throws DeepThingsError `DT_LAYER_INPUT` when rows are missing, as after a restart of this device. */
  async compute(task: SliceTask, waitMs: number): Promise<SliceResultBody> {
    const { self, wirePlan } = this.#parts.edge;
    const { depth, layers, maps } = wirePlan.plan.chain!;
    const { frame, slice, layer, generation, attempt, output, publish, inputDigest, taskBytes } = task;
    const facts = { frame, slice, layer, generation, attempt, inputDigest, taskBytes, waitMs, device: self.device };
    if (isEmptyRegion(output)) return { ...facts, rows: [], computeMs: 0, macs: 0 };
    const { region: input, padding } = inputRegion(layers[layer]!, output);
    const { data, computeMs } = await this.#parts.compute.runLayer({
      ...{ layer, input, padding },
      pieces: [...task.pieces, ...this.#takeResident(task)],
    });
    const { channels } = maps[layer + 1]!;
    const rows = publish.map((region): Rows => ({ region, data: copyOf(data, channels, output, region) }));
    if (layer + 1 < depth) {
      this.#resident.set(frame, { attempt, map: layer + 1, rows: { region: output, data } });
    }
    return { ...facts, rows, computeMs, macs: layers[layer]!.macsPerCell * regionArea(output) };
  }

  /** Takes out what the layer before left here: its values are given away to be computed on. */
  #takeResident({ frame, layer, attempt }: SliceTask): readonly Rows[] {
    const resident = this.#resident.get(frame);
    this.#resident.delete(frame);
    return resident?.attempt === attempt && resident.map === layer ? [resident.rows] : [];
  }
}

/** The whole block itself where it is all wanted. */
function copyOf(data: Float32Array, channels: number, from: Region, region: Region): Float32Array {
  const all = from.y0 === region.y0 && from.y1 === region.y1 && from.x0 === region.x0 && from.x1 === region.x1;
  return all ? data.slice() : cropRegion(data, channels, from, region);
}
