import { type Challenge, readChallenges } from './challenge.js';
import { type Credentials, digestAuthorization, digestStrength } from './digest.js';

/**
 * What to do about a 401: send the request again with an authorization, or give up. `none` means that there is nothing
 * to answer with; `unknown` that the server asks for a scheme that this client does not speak.
 */
export type LoginStep =
  | { readonly kind: 'again' }
  | { readonly kind: 'refused'; readonly scheme: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly schemes: readonly string[] };

/** A server whose every answer says that the nonce is stale. */
const MOST_STALE = 2;

/**
 * Answers the challenges of one server with a name and a password: Digest where it is offered, with the strongest hash,
 * else Basic. Nothing is sent before the server asks; after that each request carries an authorization.
 */
export class Login {
  readonly #credentials: Credentials | null;
  readonly #random: () => string;
  #challenge: Challenge | null = null;
  /** Requests with the present nonce. */
  #count = 0;
  /** Whether an authorization for the present challenge was accepted before. */
  #isProven = false;
  #stale = 0;

  /**
   * @param credentials null when there are none to give.
   * @param random gives an unguessable text for each request.
   */
  constructor(credentials: Credentials | null, random: () => string) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /** Whether the next request carries an authorization. */
  get isReady(): boolean {
    return this.#challenge !== null;
  }

  get hasCredentials(): boolean {
    return this.#credentials !== null;
  }

  /** @returns the value of the next request's Authorization header; null when there is to be none. */
  authorize(method: string, uri: string): string | null {
    if (this.#challenge === null || this.#credentials === null) return null;
    if (this.#challenge.scheme === 'basic') return basicAuthorization(this.#credentials);
    this.#count++;
    const use = { method, uri, count: this.#count, cnonce: this.#random() };
    return digestAuthorization(this.#challenge, this.#credentials, use);
  }

  /**
   * Takes the server's 401.
   *
   * @param lines its WWW-Authenticate headers.
   */
  challenge(lines: readonly string[]): LoginStep {
    const offered = readChallenges(lines);
    if (this.#credentials === null) return { kind: 'none' };
    const used = this.#challenge;
    const chosen = strongest(offered);
    if (chosen === null) {
      this.forget();
      if (used !== null) return { kind: 'refused', scheme: used.scheme };
      // A 401 that does not say what it wants is answered with Basic.
      if (offered.length > 0) return { kind: 'unknown', schemes: offered.map(({ scheme }) => scheme) };
      this.#challenge = { scheme: 'basic', parameters: new Map() };
      return { kind: 'again' };
    }
    if (used !== null && !this.#mayTryAgain(used, chosen)) {
      this.forget();
      return { kind: 'refused', scheme: chosen.scheme };
    }
    this.#challenge = chosen;
    this.#count = 0;
    this.#isProven = false;
    return { kind: 'again' };
  }

  /** Sends Basic without being asked: to a server that shows a page to log in and names no scheme. */
  assumeBasic(): void {
    this.#challenge = { scheme: 'basic', parameters: new Map() };
  }

  /**
   * Takes any other answer: the authorization was accepted.
   *
   * @param information its Authentication-Info header, which may name the next nonce.
   */
  accepted(information: string | undefined): void {
    this.#isProven = true;
    this.#stale = 0;
    const next = /(?:^|[\s,])nextnonce\s*=\s*"([^"\\]+)"/i.exec(information ?? '')?.[1];
    if (next === undefined || this.#challenge === null) return;
    const parameters = new Map(this.#challenge.parameters).set('nonce', next);
    this.#challenge = { ...this.#challenge, parameters };
    this.#count = 0;
  }

  /** The next request is without authorization. */
  forget(): void {
    this.#challenge = null;
    this.#count = 0;
    this.#isProven = false;
    this.#stale = 0;
  }

  /** A nonce that was good before may have run out, and a stale one is no refusal; anything else is. */
  #mayTryAgain(used: Challenge, chosen: Challenge): boolean {
    if (used.scheme !== chosen.scheme) return this.#isProven || chosen.scheme === 'digest';
    if (chosen.scheme === 'basic') return false;
    if (used.parameters.get('nonce') === chosen.parameters.get('nonce')) return false;
    if (this.#isProven) return true;
    this.#stale++;
    return chosen.parameters.get('stale')?.toLowerCase() === 'true' && this.#stale <= MOST_STALE;
  }
}

function strongest(offered: readonly Challenge[]): Challenge | null {
  const digests = offered.filter((one) => one.scheme === 'digest' && digestStrength(one) > 0);
  const best = digests.reduce<Challenge | null>(
    (found, one) => (found === null || digestStrength(one) > digestStrength(found) ? one : found),
    null,
  );
  return best ?? offered.find(({ scheme }) => scheme === 'basic') ?? null;
}

function basicAuthorization({ name, password }: Credentials): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
