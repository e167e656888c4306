import { DeepThingsError } from '../errors.js';

/**
 * Why a camera gives no picture. `login`: it refuses the name and the password, or asks for them; each further try with
 * wrong ones may lock the account. `answer`: it answers with something else. `unreachable`: it does not answer. `ended`: it
 * gave a stream of pictures, and gives none any more.
 */
export type CameraTrouble = 'login' | 'answer' | 'unreachable' | 'ended';

/** What a camera did instead of giving a picture, and what to do; written to follow `<address>: `. */
export class CameraError extends DeepThingsError {
  readonly trouble: CameraTrouble;
  /** The pause that the camera asked for; null when it did not. */
  readonly retryAfterMs: number | null;

  constructor(
    trouble: CameraTrouble,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null } = {},
  ) {
    super('DT_WATCH_CAMERA', message, options);
    this.trouble = trouble;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
