import { BLOCK_END } from './huffman-table.js';
import type { ScanHeader } from './scan-header.js';

/** Which bits of which coefficients the scans so far have brought. */
export class ScanCoverage {
  /** By component and coefficient: the lowest bit that came; 16 where none has. */
  readonly #lowest: Uint8Array[];

  constructor(components: number) {
    this.#lowest = Array.from({ length: components }, () => new Uint8Array(BLOCK_END).fill(16));
  }

  add({ band, components }: ScanHeader): void {
    for (const { index } of components) this.#lowest[index]!.fill(band.low, band.first, band.last + 1);
  }

  /** Whether every bit of every coefficient came. */
  get isComplete(): boolean {
    return this.#lowest.every((component) => component.every((bit) => bit === 0));
  }
}
