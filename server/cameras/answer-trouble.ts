import { CameraError } from './camera-error.js';
import type { CameraAnswer } from './http/camera-client.js';
import { decodeText, looksLikeText, printableText } from './printable-text.js';

/** Of a camera's text, as much as tells what it wants. */
const QUOTED_CHARACTERS = 100;
const LONGEST_RETRY_MS = 300_000;
const LOGIN_WORDS =
  /\b(log[ -]?in|log[ -]?on|sign[ -]?in|password|passwort|kennwort|anmelden|mot de passe|contraseñ)|登录|登錄|密码/i;

/** What a camera says of itself instead of giving a picture. */
type Saying = Pick<CameraAnswer, 'status' | 'reason' | 'mediaType' | 'retryAfter' | 'after'>;

/**
 * The error for an answer that is no picture: the camera's own first words, and what to do.
 *
 * @param bytes the beginning of its body.
 */
export function answerTrouble(answer: Saying, bytes: Uint8Array): CameraError {
  const { after, status } = answer;
  const words = quoted(bytes, answer.mediaType);
  const retryAfterMs = retryAfterOf(answer.retryAfter);
  if (status === 304) return new CameraError('answer', `says that its picture has not changed (304)${after}`);
  if (status >= 200 && status <= 299) {
    if (bytes.length === 0) return new CameraError('answer', `answers ${status} without a picture (no bytes)${after}`);
    const isPage = /<html|<!doctype html/i.test(Buffer.from(bytes).toString('latin1'));
    const what = isPage ? 'gives a web page' : 'gives text';
    const asksLogin = LOGIN_WORDS.test(decodeText(bytes, answer.mediaType));
    if (asksLogin) {
      const advice = 'it asks to log in: put name and password into the address, or name that of its snapshot';
      return new CameraError('login', `${what}, no picture${after}${words}; ${advice}`, { retryAfterMs });
    }
    const advice = isPage ? '; name the address of its snapshot or stream' : '';
    return new CameraError('answer', `${what}, no picture${after}${words}${advice}`, { retryAfterMs });
  }
  const reason = printableText(answer.reason, QUOTED_CHARACTERS);
  const shown = `answers ${status}${reason === '' ? '' : ` ${reason}`}${after}${words}`;
  if (status === 403) {
    const advice = 'may that user see pictures, or is it locked after wrong passwords?';
    return new CameraError('login', `${shown}; ${advice}`, { retryAfterMs });
  }
  const advice = status === 404 || status === 410 ? '; is the path of the address right?' : '';
  return new CameraError('answer', `${shown}${advice}`, { retryAfterMs });
}

/** A page's title and text, or the words of a text, an XML or a JSON document; '' when there are none. */
function quoted(bytes: Uint8Array, mediaType: string): string {
  if (!looksLikeText(bytes)) return '';
  const text = printableText(decodeText(bytes, mediaType), QUOTED_CHARACTERS);
  return text === '' ? '' : `: “${text}”`;
}

/** A camera's clock is often wrong: of Retry-After only seconds count. */
function retryAfterOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(LONGEST_RETRY_MS, 1000 * Number(text)) : null;
}
