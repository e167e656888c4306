import type { Estimate } from '../../statistics/estimate.js';
import type { Cell, CellModel } from '../cell.js';

const MODEL_NAMES: Readonly<Record<CellModel, string>> = {
  yolov2: 'YOLOv2-608',
  nanodet: 'NanoDet-416',
  'yolox-s': 'YOLOX-S-640',
};

export function modelName(model: CellModel): string {
  return MODEL_NAMES[model];
}

export function linkName({ linkMbps }: Pick<Cell, 'linkMbps'>): string {
  return linkMbps >= 1000 ? `${linkMbps / 1000} Gbit/s` : `${linkMbps} Mbit/s`;
}

export function loadName({ cpu, frames, load }: Pick<Cell, 'cpu' | 'frames' | 'load'>): string {
  if (load === 'one') return 'one frame at a time';
  return load === 'cameras' ? `${cpu.length} cameras` : `${frames} frames at once`;
}

export function cellName(cell: Cell): string {
  return `${modelName(cell.model)}, ${linkName(cell)}, ${loadName(cell)}`;
}

/** Seconds of a frame, or frames a second. */
export function showValue({ load }: Pick<Cell, 'load'>, value: number): string {
  return load === 'one' ? `${value.toFixed(2)} s` : `${value.toFixed(2)}/s`;
}

/** With its interval. */
export function showEstimate({ high, low, value }: Estimate, show: (value: number) => string): string {
  return low === null || high === null ? show(value) : `${show(value)} (${show(low)} to ${show(high)})`;
}

export function showTimes(value: number): string {
  return `${value.toFixed(2)}x`;
}

/** A signed share: 0.1 is `+10.0 %`. */
export function showShare(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)} %`;
}
