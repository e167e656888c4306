import { DeepThingsError } from '../errors.js';

const LEAST_CHARACTERS = 16;

/**
 * The cluster's token from the environment; null when there is none.
 *
 * @throws DeepThingsError `DT_TOKEN_UNUSABLE`
 */
export function clusterToken(env: NodeJS.ProcessEnv = process.env): string | null {
  const token = env.DEEPTHINGS_TOKEN?.trim() ?? '';
  if (token === '') return null;
  if (token.length < LEAST_CHARACTERS) {
    throw new DeepThingsError(
      'DT_TOKEN_UNUSABLE',
      `DEEPTHINGS_TOKEN has ${token.length} characters and must have at least ${LEAST_CHARACTERS}: make one with ` +
        '"openssl rand -hex 16" and set it on every node',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new DeepThingsError(
      'DT_TOKEN_UNUSABLE',
      'DEEPTHINGS_TOKEN must consist of letters, digits and punctuation without spaces: it travels in an HTTP header',
    );
  }
  return token;
}
