import { DeepThingsError } from '../errors.js';

/** An address that may have a name and a password in it, which nobody but its server gets to see. */
export interface CredentialedUrl {
  /** Without credentials; for requests and for people. */
  readonly plain: string;
  /** Null where the address has none. */
  readonly credentials: { readonly name: string; readonly password: string } | null;
  /** The header that carries them, as Basic authentication. */
  readonly headers: Readonly<Record<string, string>>;
  /** A text with the credentials taken out, for what other programs say about it. */
  readonly redact: (text: string) => string;
}

/**
 * @param what the option or argument, for the message.
 * @param schemes without colon.
 * @throws DeepThingsError `DT_USAGE` when it is no address of one of these schemes.
 */
export function readCredentialedUrl(text: string, what: string, schemes: readonly string[]): CredentialedUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !schemes.includes(url.protocol.slice(0, -1))) {
    const wanted = schemes.map((scheme) => `${scheme}://…`).join(' or ');
    throw new DeepThingsError('DT_USAGE', `${what} must be an address such as ${wanted}`);
  }
  const { username, password } = url;
  // The text as it was typed: other programs repeat it so.
  const userinfo = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(text)?.[1];
  url.username = '';
  url.password = '';
  const credentials =
    username === '' && password === '' ? null : { name: decode(username), password: decode(password) };
  const secret = credentials?.password ?? '';
  const basic = Buffer.from(`${credentials?.name}:${secret}`).toString('base64');
  const hidden = [userinfo === undefined ? '' : `${userinfo}@`, secret, password].filter((part) => part !== '');
  return {
    plain: url.href,
    credentials,
    headers: credentials === null ? {} : { authorization: `Basic ${basic}` },
    redact: (said) => hidden.reduce((clean, part) => clean.replaceAll(part, part.endsWith('@') ? '' : '***'), said),
  };
}

/** A lone % stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
