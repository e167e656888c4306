import type { DeviceConfig } from '../../config/cluster-config.js';
import { medianOf } from '../../scheduling/median.js';

/** Measurements kept of each device. */
const WINDOW = 32;

/** How fast devices compute: as `cluster.yaml` declares, else as their results show. */
export class DeviceSpeeds {
  readonly #declared: ReadonlyMap<string, number>;
  /** Multiply-accumulates a millisecond. */
  readonly #measured = new Map<string, number[]>();

  constructor(devices: readonly DeviceConfig[]) {
    this.#declared = new Map(devices.flatMap(({ id, speed }) => (speed === null ? [] : [[id, speed]])));
  }

  computed(device: string, macs: number, ms: number): void {
    if (!(macs > 0 && ms > 0)) return;
    this.#measured.set(device, [...(this.#measured.get(device) ?? []), macs / ms].slice(-WINDOW));
  }

  /** Speeds of these devices, comparable with each other; all 1 where neither declared nor measured of each. */
  sharesOf(devices: readonly string[]): readonly number[] {
    const declared = devices.map((device) => this.#declared.get(device) ?? null);
    if (declared.every((speed) => speed !== null)) return declared;
    const measured = devices.map((device) => medianOf(this.#measured.get(device) ?? []));
    return measured.every((speed) => speed !== null) ? measured : devices.map(() => 1);
  }
}
