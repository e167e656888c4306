import { plainText } from './terminal.js';

const CLEAR_LINE = '\r\u001b[2K';

/** One line on standard error that is written over and over while something takes long; nothing off a terminal. */
export class ProgressLine {
  #shown = false;

  show(text: string): void {
    const { isTTY, columns = 80 } = process.stderr;
    if (!isTTY) return;
    process.stderr.write(CLEAR_LINE + plainText(text).slice(0, columns - 1));
    this.#shown = true;
  }

  /** Makes room for lines that stay. */
  clear(): void {
    if (this.#shown) process.stderr.write(CLEAR_LINE);
    this.#shown = false;
  }
}
