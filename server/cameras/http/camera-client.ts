import { randomBytes } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { CameraError } from '../camera-error.js';
import type { Credentials } from '../login/digest.js';
import { Login } from '../login/login.js';
import { printableText } from '../printable-text.js';
import type { AnswerBody } from './answer-body.js';
import { type AnswerHead, headerOf } from './answer-head.js';
import { CameraConnection, type RawAnswer } from './connection.js';
import { explainConnectionFailure } from './connection-failure.js';
import { Cookies } from './cookies.js';
import { mayGetCredentials, Redirects, redirectTarget } from './redirect.js';

/** The answer at the end of redirects and challenges: any status but these. */
export interface CameraAnswer {
  readonly status: number;
  readonly reason: string;
  /** The media type, in lower case, with its parameters; '' without one. */
  readonly mediaType: string;
  /** `gzip`, `br`; '' for none. */
  readonly encoding: string;
  readonly retryAfter: string | undefined;
  readonly body: AnswerBody;
  /** For messages: where redirects led; '' without any. */
  readonly after: string;
}

export interface CameraClientParts {
  /** Without credentials. */
  readonly url: URL;
  readonly credentials: Credentials | null;
  readonly tls: ConnectionOptions;
  /** Longest time without a byte, in milliseconds. */
  readonly idleMs: number;
}

/** Redirects and challenges together. */
const MOST_REQUESTS = 16;
/** Of the body of an answer that is not looked at. */
const DRAINED_BYTES = 64 * 1024;
const DRAIN_MS = 500;

/**
 * Asks one address of a camera, again and again, over one connection where the camera keeps it open. It follows
 * redirects, keeps cookies and logs in; name and password go to no other server.
 */
export class CameraClient {
  readonly #parts: CameraClientParts;
  readonly #login: Login;
  readonly #cookies = new Cookies();
  #connection: CameraConnection | null = null;
  /** Whether the present answer lets the connection serve another request. */
  #isPersistent = false;
  /** Whether the connection can take a request. */
  #isFree = false;
  #isClosed = false;

  constructor(parts: CameraClientParts) {
    this.#parts = parts;
    this.#login = new Login(parts.credentials, () => randomBytes(16).toString('hex'));
  }

  /**
   * Asks for the address.
   *
   * @throws CameraError
   */
  async get(): Promise<CameraAnswer> {
    const first = await this.#follow();
    const isShut = first.status === 403 || /^(text\/html|application\/xhtml)/.test(first.mediaType);
    if (!isShut || !this.#login.hasCredentials || this.#login.isReady) return first;
    // A page to log in, in place of a challenge: some cameras take Basic without asking for it.
    await this.#drop(first.body);
    this.#login.assumeBasic();
    return this.#follow();
  }

  /** Forgets the authorization: the camera did not accept it, and says so in another way than by 401. */
  forgetLogin(): void {
    this.#login.forget();
  }

  /** Changes the longest time without a byte for what is still to come of the present answer. */
  limitIdle(ms: number): void {
    this.#connection?.limitIdle(ms);
  }

  /** Keeps the connection if the body has been read to its end, else ends it. */
  release(body: AnswerBody): void {
    const isAtEnd = body.isComplete && body.framing.kind !== 'close' && this.#connection?.hasLeft === false;
    if (isAtEnd && this.#isPersistent) this.#isFree = true;
    else this.#end();
  }

  /** Ends the connection, with what was under way. */
  close(error?: Error): void {
    this.#isClosed = true;
    this.#end(error);
  }

  /** Ends the connection; the next request opens another. */
  abandon(error?: Error): void {
    this.#end(error);
  }

  async #follow(): Promise<CameraAnswer> {
    const { url: start } = this.#parts;
    const redirects = new Redirects();
    let url = start;
    redirects.visit(url, this.#cookies.header(url.hostname));
    for (let requests = 0; requests < MOST_REQUESTS; requests++) {
      const login = mayGetCredentials(start, url) ? this.#login : null;
      const { head, body } = await this.#request(url, login).catch((error: CameraError) => {
        const { trouble, message } = error;
        throw redirects.after === ''
          ? error
          : new CameraError(trouble, `${message}${redirects.after}`, { cause: error });
      });
      this.#cookies.take(url.hostname, head.headers.get('set-cookie') ?? []);
      if (head.status === 401) {
        this.#answerChallenge(head, login, url, redirects.after);
        await this.#drop(body);
        continue;
      }
      login?.accepted(headerOf(head.headers, 'authentication-info'));
      const target = redirectTarget(url, head.status, headerOf(head.headers, 'location'));
      if (target === null) return answerOf(head, body, redirects.after);
      await this.#drop(body);
      url = target;
      redirects.visit(url, this.#cookies.header(url.hostname));
    }
    throw new CameraError('answer', `answers ${MOST_REQUESTS} requests in turn with challenges and redirects`);
  }

  /** @throws CameraError when there is nothing more to answer the challenge with. */
  #answerChallenge(head: AnswerHead, login: Login | null, url: URL, after: string): void {
    const lines = head.headers.get('www-authenticate') ?? [];
    if (login === null) {
      this.#end();
      const text = `asks for a name and a password${after}, and those of the address are for ${this.#parts.url.host} only: watch ${url.origin} itself`;
      throw new CameraError('login', text);
    }
    const step = login.challenge(lines);
    if (step.kind === 'again') return;
    this.#end();
    if (step.kind === 'none') {
      const sample = `${url.protocol}//NAME:PASSWORD@${url.host}${url.pathname}`;
      throw new CameraError('login', `asks for a name and a password (401)${after}: watch ${sample}`);
    }
    if (step.kind === 'unknown') {
      const schemes = printableText(step.schemes.join(', '), 60);
      throw new CameraError(
        'login',
        `asks for a login that is not spoken here (${schemes}): allow Digest or Basic there`,
      );
    }
    const scheme = step.scheme === 'digest' ? 'Digest' : 'Basic';
    throw new CameraError(
      'login',
      `does not accept the name and the password of the address (401, ${scheme})${after}: are they right? A sign such as @, / or % in them is written %40, %2F, %25`,
    );
  }

  async #request(url: URL, login: Login | null): Promise<RawAnswer> {
    const request = this.#requestText(url, login);
    if (this.#isFree && this.#connection?.origin === url.origin) {
      const kept = this.#connection;
      this.#isFree = false;
      try {
        return this.#took(await kept.ask(request));
      } catch (error) {
        // The camera may have closed a connection that nothing was asked on; that is no failure of this request.
        if (kept.hasAnswered || this.#isClosed) throw error;
      }
    }
    this.#end();
    this.#connection = CameraConnection.open(url, this.#parts.tls, this.#parts.idleMs);
    if (this.#isClosed) this.#end();
    return this.#took(await this.#connection.ask(request));
  }

  #took(answer: RawAnswer): RawAnswer {
    this.#isPersistent = answer.head.isPersistent;
    return answer;
  }

  #requestText(url: URL, login: Login | null): string {
    const target = `${url.pathname}${url.search}`;
    const authorization = login?.authorize('GET', target) ?? null;
    const cookies = this.#cookies.header(url.hostname);
    return [
      `GET ${target} HTTP/1.1`,
      `Host: ${url.host}`,
      'User-Agent: deepthings',
      'Accept: */*',
      'Accept-Encoding: identity',
      'Cache-Control: no-cache',
      'Connection: keep-alive',
      ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
      ...(cookies === null ? [] : [`Cookie: ${cookies}`]),
      '\r\n',
    ].join('\r\n');
  }

  /** Reads a body that is of no interest to its end, so that the connection can be used again; ends it otherwise. */
  async #drop(body: AnswerBody): Promise<void> {
    if (body.framing.kind === 'close' || !this.#isPersistent) return this.#end();
    this.limitIdle(DRAIN_MS);
    try {
      while (body.bytes < DRAINED_BYTES && (await body.next()) !== null);
    } catch (error) {
      if (this.#isClosed) throw explainConnectionFailure(error);
    }
    this.limitIdle(this.#parts.idleMs);
    this.release(body);
  }

  #end(error?: Error): void {
    this.#connection?.destroy(error);
    this.#isFree = false;
  }
}

function answerOf({ headers, reason, status }: AnswerHead, body: AnswerBody, after: string): CameraAnswer {
  return {
    status,
    reason,
    mediaType: (headerOf(headers, 'content-type') ?? '').toLowerCase(),
    encoding: (headerOf(headers, 'content-encoding') ?? '').toLowerCase(),
    retryAfter: headerOf(headers, 'retry-after'),
    body,
    after,
  };
}
