import type { JpegComponent, JpegFrame } from '../container/jpeg-frame.js';
import type { ScanBand } from './block-readers.js';
import { BLOCK_END } from './huffman-table.js';

/** A component as a scan carries it. */
export interface ScanComponent {
  /** Its place in the frame. */
  readonly index: number;
  readonly dcTable: number;
  readonly acTable: number;
  /** Blocks of it in each minimum coded unit. */
  readonly blocks: number;
}

/** How the blocks of a scan follow each other. */
export interface ScanHeader {
  readonly components: readonly ScanComponent[];
  readonly band: ScanBand;
  /** Minimum coded units in a row, and rows of them. */
  readonly across: number;
  readonly down: number;
  /** Blocks in a row of the first component, with those that only fill the last unit up. */
  readonly stride: number;
}

/** Units of an interleaved scan, which has several components. */
export function unitsOf({ components, height, width }: JpegFrame): { readonly across: number; readonly down: number } {
  const most = (side: 'across' | 'down') => Math.max(...components.map((component) => component[side]));
  return { across: Math.ceil(width / (8 * most('across'))), down: Math.ceil(height / (8 * most('down'))) };
}

/**
 * Reads a scan's header.
 *
 * @param data its segment's parameters
 * @returns null where it does not fit the frame
 */
export function readScanHeader(data: Buffer, frame: JpegFrame): ScanHeader | null {
  const count = data[0] ?? 0;
  if (count < 1 || count > 4 || data.length < 4 + 2 * count) return null;
  const isAlone = count === 1;
  const components: ScanComponent[] = [];
  for (let place = 0; place < count; place++) {
    const [id, which] = data.subarray(1 + 2 * place);
    const index = frame.components.findIndex((component) => component.id === id);
    const component = frame.components[index];
    if (component === undefined) return null;
    const blocks = isAlone ? 1 : component.across * component.down;
    components.push({ index, dcTable: (which! >> 4) & 3, acTable: which! & 3, blocks });
  }
  const [first, last, bits] = data.subarray(1 + 2 * count);
  const band = frame.isProgressive
    ? { first: first!, last: last!, high: bits! >> 4, low: bits! & 15 }
    : { first: 0, last: BLOCK_END - 1, high: 0, low: 0 };
  // Several components are interleaved for DC only, and DC has a scan of its own.
  const isSound = band.first === 0 ? !frame.isProgressive || band.last === 0 : isAlone && band.last >= band.first;
  if (!isSound || band.last >= BLOCK_END) return null;
  const units = unitsOf(frame);
  const component = frame.components[components[0]!.index]!;
  const stride = units.across * component.across;
  return { components, band, stride, ...(isAlone ? blocksOf(component, frame) : units) };
}

/** Blocks of a component that have a part of the picture. */
function blocksOf(component: JpegComponent, { components, height, width }: JpegFrame) {
  const share = (extent: number, side: 'across' | 'down') => {
    const most = Math.max(...components.map((other) => other[side]));
    return Math.ceil(Math.ceil((extent * component[side]) / most) / 8);
  };
  return { across: share(width, 'across'), down: share(height, 'down') };
}
