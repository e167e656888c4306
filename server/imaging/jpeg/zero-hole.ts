import { tablePlace } from './huffman-table.js';
import type { Scan } from './scan-walk.js';

/** Longer than the codes of any block. */
const HOLE = Buffer.alloc(64);

/**
 * Says whether a scan's data has a hole of zero bytes, as a disk or a lost packet leaves it. Where the shortest code of
 * zeros stands for "nothing more in this block", blank areas are coded as zeros too; then this cannot be told, and what
 * follows a hole does not fit any more.
 */
export function hasHole(file: Buffer, { end, header, isProgressive, start, tables }: Scan): boolean {
  const { components, band } = header;
  if (isProgressive && band.first === 0) return false;
  const isCoefficient = ({ acTable }: (typeof components)[number]) => {
    return ((tables[tablePlace(1, acTable)]?.fast[0] ?? 0) & 15) !== 0;
  };
  if (!components.some(isCoefficient)) return false;
  const data = file.subarray(start, end);
  const hole = data.indexOf(HOLE);
  // Zeros up to the end are padding.
  return hole !== -1 && data.subarray(hole).some((byte) => byte !== 0);
}
