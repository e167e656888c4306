import { DeepThingsError } from '../../../errors.js';
import { readJsonFile } from '../../../evaluation/simulate/json-file.js';
import type { QueuePolicy } from '../../../scheduling/policy/waiting-order.js';
import { type Arrival, type Arrivals, periodicArrivals, poissonArrivals } from '../../../simulation/arrivals.js';

/** When frames come, as the command line has it. */
export type ArrivalOption =
  /** Each source submits its next frame when its last one has ended; */
  | { readonly kind: 'one-by-one' }
  /** all are submitted together, round robin over the sources. */
  | { readonly kind: 'at-once' }
  /** Frames a second of each source. */
  | { readonly kind: 'periodic' | 'poisson'; readonly rate: number }
  | { readonly kind: 'trace'; readonly file: string };

/** @throws DeepThingsError `DT_USAGE` */
export function parseArrivalOption(text: string): ArrivalOption {
  const [kind, ...rest] = text.split(':');
  const value = rest.join(':');
  if (text === 'one-by-one' || text === 'at-once') return { kind: text };
  if (kind === 'trace' && value !== '') return { kind, file: value };
  const rate = Number(value);
  if ((kind === 'periodic' || kind === 'poisson') && rate > 0 && Number.isFinite(rate)) return { kind, rate };
  throw new DeepThingsError(
    'DT_USAGE',
    `--arrivals must be one-by-one, at-once, periodic:RATE, poisson:RATE or trace:FILE, and is "${text}"`,
  );
}

export interface ArrivalWorkload {
  /** Devices that frames may start on, in their order. */
  readonly devices: readonly string[];
  readonly sources: number;
  readonly frames: number;
  readonly pictureBytes: number;
  readonly seed: number;
  /** Of the sources as cameras; when absent the frames are of one client. */
  readonly queue?: QueuePolicy | undefined;
}

/** @throws DeepThingsError `DT_USAGE` for a trace that is none. */
export async function arrivalsOf(option: ArrivalOption, workload: ArrivalWorkload): Promise<Arrivals> {
  const { devices, frames, pictureBytes, queue, seed } = workload;
  const sources = devices.slice(0, workload.sources);
  switch (option.kind) {
    case 'one-by-one':
      return { kind: 'one-by-one', sources, frames, pictureBytes, queue };
    case 'at-once':
      return { kind: 'timed', frames: periodicArrivals(sources, frames, 0), pictureBytes, queue };
    case 'periodic':
      return { kind: 'timed', frames: periodicArrivals(sources, frames, 1000 / option.rate), pictureBytes, queue };
    case 'poisson':
      return { kind: 'timed', frames: poissonArrivals(sources, frames, 1000 / option.rate, seed), pictureBytes, queue };
    case 'trace':
      return { kind: 'timed', frames: await recorded(option.file, devices), pictureBytes, queue };
  }
}

/** What `GET /frames` answered, or a list of `{ atMs, source }`. The first frame comes at 0. */
async function recorded(file: string, devices: readonly string[]): Promise<readonly Arrival[]> {
  const given = (await readJsonFile('--arrivals', file)) as { readonly frames?: unknown };
  const list: unknown = Array.isArray(given) ? given : given?.frames;
  if (!Array.isArray(list) || list.length === 0) throw noTrace(file, 'an array of frames');
  const frames = list.map((entry: { atMs?: unknown; createdAt?: unknown; source?: unknown } | null, index) => {
    const { atMs, createdAt, source } = entry ?? {};
    const at = typeof atMs === 'number' ? atMs : Date.parse(String(createdAt));
    if (!Number.isFinite(at)) throw noTrace(file, `atMs or createdAt in frame ${index}`);
    if (typeof source !== 'string' || !devices.includes(source)) {
      throw noTrace(file, `a source among ${devices.slice(0, 8).join(', ')} in frame ${index}`);
    }
    return { atMs: at, source };
  });
  frames.sort((a, b) => a.atMs - b.atMs);
  return frames.map(({ atMs, source }) => ({ atMs: atMs - frames[0]!.atMs, source }));
}

function noTrace(file: string, what: string): DeepThingsError {
  return new DeepThingsError('DT_USAGE', `--arrivals trace:${file}: expected ${what}`);
}
