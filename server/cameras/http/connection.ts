import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { CameraError } from '../camera-error.js';
import { looksLikeText, printableText } from '../printable-text.js';
import { AnswerBody, framingOf } from './answer-body.js';
import { type AnswerHead, readAnswerHead } from './answer-head.js';
import { ByteReader } from './byte-reader.js';
import { explainConnectionFailure } from './connection-failure.js';

/** A camera's answer, whose body is still to be read. */
export interface RawAnswer {
  readonly head: AnswerHead;
  readonly body: AnswerBody;
}

const MOST_HEAD_BYTES = 64 * 1024;
const MOST_INFORMATIONAL = 5;
const QUOTED_CHARACTERS = 60;
/** A TLS record, an alert or a handshake, begins with one of these and 3. */
const TLS_RECORDS = [0x15, 0x16];

/** One connection to a camera, for one request after the other. */
export class CameraConnection {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly #socket: Socket;
  readonly #reader: ByteReader;
  #phase = 'accept a connection';
  #bytes = 0;

  private constructor(origin: string, socket: Socket, idleMs: number) {
    this.origin = origin;
    this.#socket = socket;
    this.#reader = new ByteReader(socket);
    socket.setNoDelay(true);
    socket.on('connect', () => {
      this.#phase = origin.startsWith('https:') ? 'complete a TLS handshake (does it speak https?)' : 'answer';
    });
    socket.on('secureConnect', () => {
      this.#phase = 'answer';
    });
    socket.setTimeout(idleMs, () => {
      const seconds = Math.round((socket.timeout ?? idleMs) / 100) / 10;
      this.destroy(new CameraError('unreachable', `did not ${this.#phase} within ${seconds} s`));
    });
  }

  /** @param idleMs the longest time without a byte. */
  static open(url: URL, tls: ConnectionOptions, idleMs: number): CameraConnection {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const isTls = url.protocol === 'https:';
    const port = Number(url.port || (isTls ? 443 : 80));
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls ? connectTls({ host, port, ...name, ...tls }) : connectTcp({ host, port });
    return new CameraConnection(url.origin, socket, idleMs);
  }

  /** Whether anything of an answer has arrived. */
  get hasAnswered(): boolean {
    return this.#bytes > 0;
  }

  /**
   * Sends a request and reads the head of its answer.
   *
   * @param request all of it; there is no body.
   * @throws CameraError
   */
  async ask(request: string): Promise<RawAnswer> {
    this.#bytes = 0;
    this.#socket.write(request);
    try {
      for (let heads = 0; heads <= MOST_INFORMATIONAL; heads++) {
        const head = await this.#readHead();
        if (head.status >= 200) return { head, body: new AnswerBody(this.#reader, framingOf(head)) };
      }
    } catch (error) {
      throw explainConnectionFailure(error);
    }
    throw new CameraError('answer', 'goes on and on with interim answers (status 1xx)');
  }

  /** Changes the longest time without a byte. */
  limitIdle(ms: number): void {
    this.#socket.setTimeout(ms);
  }

  /** Whether bytes wait that belong to no answer. */
  get hasLeft(): boolean {
    return this.#reader.hasLeft;
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  async #readHead(): Promise<AnswerHead> {
    let bytes: Buffer = Buffer.alloc(0);
    while (true) {
      const chunk = await this.#nextOfHead(bytes);
      if (chunk !== null) {
        this.#phase = 'go on with its answer';
        this.#bytes += chunk.length;
        bytes = Buffer.concat([bytes, chunk]);
      }
      const reading = readAnswerHead(bytes, chunk === null);
      if (reading.kind === 'head') {
        this.#reader.giveBack(bytes.subarray(reading.bodyAt));
        return reading.head;
      }
      if (reading.kind === 'foreign') throw foreignAnswer(bytes);
      if (bytes.length > MOST_HEAD_BYTES) {
        throw new CameraError('answer', `sends more than ${MOST_HEAD_BYTES / 1024} KiB of headers before a picture`);
      }
    }
  }

  /** A server of another protocol says a word and waits. */
  async #nextOfHead(before: Buffer): Promise<Buffer | null> {
    try {
      return await this.#reader.next();
    } catch (error) {
      if (before.length === 0 || readAnswerHead(before, true).kind === 'head') throw error;
      throw foreignAnswer(before);
    }
  }
}

/** @param bytes what came in place of an HTTP answer. */
function foreignAnswer(bytes: Buffer): CameraError {
  if (bytes.length === 0) {
    return new CameraError(
      'unreachable',
      'closed the connection without an answer: it may be busy, or speak the other one of http and https',
    );
  }
  const text = bytes.toString('latin1', 0, 200);
  if (TLS_RECORDS.includes(bytes[0]!) && bytes[1] === 3) {
    return new CameraError('answer', 'speaks https: begin the address with https://');
  }
  if (/^RTSP\//i.test(text)) return new CameraError('answer', 'speaks RTSP: begin the address with rtsp://');
  const shown = looksLikeText(bytes) ? `“${printableText(text, QUOTED_CHARACTERS)}”` : 'binary data';
  return new CameraError('answer', `does not speak HTTP: its answer begins with ${shown}`);
}
