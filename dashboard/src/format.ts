import type { Detection, EngineInfo, Frame } from './contract-types.js';

/** A thin space keeps number and unit together without a line break between them. */
const UNIT_SPACE = '\u202f';

const KIB = 1024;
const MIB = 1024 * 1024;

export function withUnit(value: number | string, unit: string): string {
  return `${value}${UNIT_SPACE}${unit}`;
}

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return withUnit((ms / 1_000).toFixed(1), 's');
  if (ms >= 1_000) return withUnit((ms / 1_000).toFixed(2), 's');
  return withUnit(ms >= 100 ? Math.round(ms) : Number(ms.toFixed(1)), 'ms');
}

export function byteSize(bytes: number): string {
  if (bytes < KIB) return withUnit(bytes, 'B');
  if (bytes < MIB) return withUnit(Math.round(bytes / KIB), 'KiB');
  const mib = bytes / MIB;
  return withUnit(mib >= 100 ? Math.round(mib) : Number(mib.toFixed(1)), 'MiB');
}

export function byteRate(bytesPerSecond: number): string {
  return `${byteSize(Math.round(bytesPerSecond))}/s`;
}

/** Multiply-accumulates, with the prefix that suits them. */
export function macs(count: number): string {
  if (count >= 1e9) return withUnit(Number((count / 1e9).toPrecision(3)), 'GMAC');
  return withUnit(Number((count / 1e6).toPrecision(3)), 'MMAC');
}

export function macRate(macsPerSecond: number): string {
  return `${macs(macsPerSecond)}/s`;
}

export function framesPerSecond(rate: number): string {
  return withUnit(rate >= 10 ? rate.toFixed(0) : rate.toFixed(1), 'frames/s');
}

/** `3 × 416 × 416`, in one piece. */
export function dimensions(...sizes: readonly number[]): string {
  return sizes.join('\u202f×\u202f');
}

/** How many times: `1.28 ×`. */
export function times(ratio: number): string {
  return withUnit(ratio.toFixed(2), '×');
}

export function plural(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** With a capital letter at its beginning. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `tfjs 4.22.0 (wasm), 1 thread`. */
export function engineText({ name, version, backend, threads }: EngineInfo): string {
  return `${name} ${version}${backend === undefined ? '' : ` (${backend})`}, ${plural(threads, 'thread')}`;
}

export function score(value: number): string {
  return value.toFixed(2);
}

/** A detail as nodes give it, as a sentence of its own. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const end = /[.!?]$/.test(trimmed) ? '' : '.';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + end;
}

/** `3x3` as it is read: 3 × 3. */
export function grid(text: string): string {
  return text.replace(/^(\d+)\s*x\s*(\d+)$/i, '$1\u202f×\u202f$2');
}

/** What came of a complete frame: its detections, or its best class: `tabby 0.62`. */
export function resultSummary({ classification, detections }: Pick<Frame, 'classification' | 'detections'>): string {
  const [best] = classification ?? [];
  return best === undefined ? summary(detections ?? []) : `${best.label} ${score(best.score)}`;
}

/** The result of a frame, or the reason why it has none; a dash until the frame has ended. */
export function foundText(frame: Pick<Frame, 'classification' | 'detections' | 'failure' | 'state'>): string {
  if (frame.failure !== null) return sentence(frame.failure.detail);
  return frame.state === 'complete' ? resultSummary(frame) : '–';
}

/** What was found, most frequent first: `3 × face (0.97 to 0.62), 1 × dog (0.81)`. */
export function summary(detections: readonly Detection[]): string {
  if (detections.length === 0) return 'nothing found';
  const scores = new Map<string, number[]>();
  for (const { label, score: value } of detections) scores.set(label, [...(scores.get(label) ?? []), value]);
  return [...scores]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([label, values]) => `${values.length}\u202f×\u202f${label} (${scoreRange(values)})`)
    .join(', ');
}

function scoreRange(values: readonly number[]): string {
  const [highest, lowest] = [score(Math.max(...values)), score(Math.min(...values))];
  return highest === lowest ? highest : `${highest} to ${lowest}`;
}
