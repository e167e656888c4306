import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type LogLine, parseLogLine } from './log-line.js';

/** A log that has grown to this is put aside once, as `….old`, and a new one begun. */
const LARGEST_LOG_BYTES = 16 * 1024 * 1024;
/** What is kept to be shown when a node ends by itself. */
const LAST_LINES = 12;
/** A longer line is cut up: it must not fill the memory. */
const LONGEST_LINE = 64 * 1024;

/** Keeps what one node's process prints: all of it in a file that is begun anew, its last lines in memory. */
export class NodeLog {
  readonly path: string | null;
  readonly #onLine: (line: LogLine) => void;
  readonly #decoder = new StringDecoder('utf8');
  readonly #last: LogLine[] = [];
  #file: number | null;
  #fileBytes = 0;
  #rest = '';

  /**
   * @param path null for memory only.
   * @throws the file system's error when the file cannot be made.
   */
  constructor(path: string | null, onLine: (line: LogLine) => void) {
    this.path = path;
    this.#onLine = onLine;
    if (path !== null) mkdirSync(dirname(path), { recursive: true });
    this.#file = path === null ? null : openSync(path, 'w');
  }

  /** The latest lines, oldest first. */
  get last(): readonly LogLine[] {
    return this.#last;
  }

  /** Takes what came out of the process, cut anywhere. */
  take(chunk: Buffer): void {
    this.#write(chunk);
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > LONGEST_LINE) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    for (const line of lines) this.#keep(line);
  }

  /** The process has ended: what it left without a line's end is a line. */
  endLine(): void {
    this.#keep(this.#rest + this.#decoder.end());
    this.#rest = '';
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #keep(text: string): void {
    if (text.trim() === '') return;
    const line = parseLogLine(text);
    this.#last.push(line);
    if (this.#last.length > LAST_LINES) this.#last.shift();
    this.#onLine(line);
  }

  /** A disk that is full costs the log, not the cluster. */
  #write(chunk: Buffer): void {
    if (this.#file === null || this.path === null) return;
    try {
      if (this.#fileBytes > LARGEST_LOG_BYTES) {
        closeSync(this.#file);
        renameSync(this.path, `${this.path}.old`);
        this.#file = openSync(this.path, 'w');
        this.#fileBytes = 0;
      }
      this.#fileBytes += writeSync(this.#file, chunk);
    } catch {
      this.#file = null;
    }
  }
}
