import { CameraError } from '../camera-error.js';
import { printableText } from '../printable-text.js';

const MOST_REDIRECTS = 5;
const STATUSES = new Set([301, 302, 303, 307, 308]);
const QUOTED_CHARACTERS = 200;

/** The redirects of one request. A page that sets a cookie and leads to itself is followed. */
export class Redirects {
  readonly #way: string[] = [];
  readonly #asked = new Set<string>();

  /**
   * @param url without credentials.
   * @param cookies the Cookie header of the request for it.
   */
  visit(url: URL, cookies: string | null): void {
    const isLoop = this.#asked.has(`${url.href} ${cookies}`);
    this.#asked.add(`${url.href} ${cookies}`);
    this.#way.push(url.href);
    if (isLoop) throw new CameraError('answer', `redirects in a circle: ${this.#shown()}`);
    if (this.#way.length > MOST_REDIRECTS + 1) {
      throw new CameraError('answer', `redirects more than ${MOST_REDIRECTS} times: ${this.#shown()}`);
    }
  }

  /** For messages: where the redirects led; '' without any. */
  get after(): string {
    return this.#way.length > 1 ? ` (redirected to ${printableText(this.#way.at(-1)!, QUOTED_CHARACTERS)})` : '';
  }

  #shown(): string {
    return this.#way.map((href) => printableText(href, QUOTED_CHARACTERS)).join(' -> ');
  }
}

/**
 * @param location the answer's Location header.
 * @returns the address that an answer leads to, without credentials; null when it is no redirect.
 * @throws CameraError for an address that is none, or not of http or https.
 */
export function redirectTarget(from: URL, status: number, location: string | undefined): URL | null {
  if (!STATUSES.has(status)) return null;
  if (!location) throw new CameraError('answer', `answers ${status}, a redirect, and does not say where to`);
  const text = Buffer.from(location, 'latin1').toString('utf8');
  const url = URL.canParse(text, from.href) ? new URL(text, from) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const shown = printableText(location, QUOTED_CHARACTERS);
    throw new CameraError('answer', `redirects to ${shown}, which is no http or https address: name the picture's own`);
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  return url;
}

/** Whether name and password of one address may go to another: the same server, or the same host by https in place of http. */
export function mayGetCredentials(first: URL, url: URL): boolean {
  if (first.hostname !== url.hostname) return false;
  const isUpgrade = first.protocol === 'http:' && url.protocol === 'https:';
  return isUpgrade || (first.protocol === url.protocol && first.port === url.port);
}
