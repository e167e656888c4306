import type { ComputeThread } from '../../compute/compute-thread.js';
import { inputRegion } from '../../geometry/back-projection.js';
import { isEmptyRegion, type Region, regionArea } from '../../geometry/region.js';
import type { Rows, SliceResultBody } from '../../node/wire/slice-body.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import { cropRegion } from '../../tensor/planes.js';
import type { SliceTask } from './slice-task.js';

/** A slice between two layers. */
interface ResidentSlice {
  readonly attempt: number;
  /** The map that `rows` are of. */
  readonly map: number;
  readonly rows: Rows;
}

/** Computes slices layer by layer; what a layer puts out stays here for the next one (MoDNN). */
export class SliceRunner {
  readonly #wirePlan: WirePlan;
  readonly #compute: ComputeThread;
  readonly #device: string;
  /** One for each open frame that is computed so, of which there is one at a time. */
  readonly #resident = new Map<string, ResidentSlice>();

  constructor(wirePlan: WirePlan, compute: ComputeThread, device: string) {
    this.#wirePlan = wirePlan;
    this.#compute = compute;
    this.#device = device;
  }

  get frames(): readonly string[] {
    return [...this.#resident.keys()];
  }

  drop(frame: string): void {
    this.#resident.delete(frame);
  }

  /** Whether a layer was computed here already: a task that arrives twice must not use up what the next one needs. */
  isPast({ frame, layer, attempt }: Pick<SliceTask, 'frame' | 'layer' | 'attempt'>): boolean {
    const resident = this.#resident.get(frame);
    if (resident === undefined) return false;
    return attempt < resident.attempt || (attempt === resident.attempt && layer < resident.map);
  }

  /** @throws DeepThingsError `DT_LAYER_INPUT` when rows are missing, as after a restart of this device. */
  async run(task: SliceTask, waitMs: number): Promise<SliceResultBody> {
    const { plan } = this.#wirePlan;
    const { frame, slice, layer, generation, attempt, output, publish, inputDigest, taskBytes } = task;
    const facts = { frame, slice, layer, generation, attempt, inputDigest, taskBytes, waitMs, device: this.#device };
    if (isEmptyRegion(output)) return { ...facts, rows: [], computeMs: 0, macs: 0 };
    const { region: input, padding } = inputRegion(plan.layers[layer]!, output);
    const { data, computeMs } = await this.#compute.runLayer({
      ...{ layer, input, padding },
      pieces: [...task.pieces, ...this.#takeResident(task)],
    });
    const { channels } = plan.maps[layer + 1]!;
    const rows = publish.map((region): Rows => ({ region, data: copyOf(data, channels, output, region) }));
    if (layer + 1 < plan.depth) {
      this.#resident.set(frame, { attempt, map: layer + 1, rows: { region: output, data } });
    }
    return { ...facts, rows, computeMs, macs: plan.layers[layer]!.macsPerCell * regionArea(output) };
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
