import { resolve } from 'node:path';
import { type Extent, FULL, QUICK } from '../../../evaluation/paper/experiments/extent.js';
import { FIGURES, type FigureId } from '../../../evaluation/paper/page/figure-id.js';
import { nameList, numberList } from '../list-options.js';

/** As given on the command line. */
export interface PaperOptions {
  readonly only?: string;
  readonly quick?: boolean;
  readonly devices?: string;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly render?: boolean;
  readonly docs?: boolean;
}

export interface PaperSettings {
  readonly extent: Extent;
  /** In the order of the page. */
  readonly figures: readonly FigureId[];
  readonly out: string;
}

const MOST_DEVICES = 6;

/** @throws DeepThingsError `DT_USAGE` */
export function paperSettings({ devices, only, out, quick }: PaperOptions): PaperSettings {
  const extent = quick ? QUICK : FULL;
  const wanted = only === undefined ? FIGURES : nameList('--only', only, FIGURES);
  const counts =
    devices === undefined
      ? extent.devices
      : [...new Set(numberList('--devices', devices, { least: 1, most: MOST_DEVICES, whole: true }))];
  return {
    extent: { ...extent, devices: counts.toSorted((a, b) => a - b) },
    figures: FIGURES.filter((figure) => wanted.includes(figure)),
    out: resolve(out ?? `bench-results/paper${quick ? '-quick' : ''}`),
  };
}
