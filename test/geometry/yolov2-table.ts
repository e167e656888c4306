import { readFileSync } from 'node:fs';
import { sharedData } from '../support/shared-data.js';

/** Independently computed figures for YOLOv2 608x608 with 16 fused layers. */
export interface Yolov2Table {
  readonly maps: readonly { readonly size: number; readonly channels: number }[];
  readonly grids: Readonly<Record<string, Yolov2Grid>>;
}

export interface Yolov2Grid {
  /** By row (or column) of tiles, by map: [start, end). */
  readonly rows_or_cols: readonly (readonly (readonly [number, number])[])[];
  readonly macs: number;
  readonly macs_ratio_no_reuse: number;
  readonly macs_ratio_checkerboard_full_reuse: number;
  readonly tile_input_MiB_f32: number;
  readonly tile_input_with_reuse_MiB_f32: number;
  readonly overlap_MiB_f32_at_halo_inputs: number;
  readonly output_MiB_f32: number;
  readonly frame_MiB_f32: number;
  readonly ftp_wsh_total_MiB: number;
}

export const yolov2Grids = ['2x2', '3x3', '4x4', '5x5', '6x6'];

export function readYolov2Table(): Yolov2Table {
  return JSON.parse(readFileSync(sharedData('ftp-yolov2-608.json'), 'utf8')) as Yolov2Table;
}
