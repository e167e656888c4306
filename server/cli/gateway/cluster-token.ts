import { readFileSync, statSync } from 'node:fs';
import { DeepThingsError } from '../../errors.js';
import { expandHome } from '../../model/files/home-folder.js';
import type { Logger } from '../../node/observe/logger.js';
import { readersRemark } from '../../node/tls/file-readers.js';
import { watchFiles } from '../../node/tls/file-watch.js';
import type { TokenSource, Tokens } from '../../node/tokens.js';

const FILE_VARIABLES = ['DEEPTHINGS_TOKEN_FILE', 'DEEPTHINGS_READ_TOKEN_FILE'] as const;
const LEAST_CHARACTERS = 16;
/** Two while one takes the other's place. */
const MOST_TOKENS = 2;
const LARGEST_FILE_BYTES = 4_096;

/** The cluster's tokens, as the environment says them or the files that it names. */
export class EnvironmentTokens implements TokenSource {
  readonly #env: NodeJS.ProcessEnv;
  #tokens: Tokens;

  private constructor(env: NodeJS.ProcessEnv, tokens: Tokens) {
    this.#env = env;
    this.#tokens = tokens;
  }

  /** @returns null when there is none. @throws DeepThingsError `DT_TOKEN_UNUSABLE` */
  static read(env: NodeJS.ProcessEnv = process.env): EnvironmentTokens | null {
    const own = { ...env };
    for (const name of FILE_VARIABLES) if (own[name] !== undefined) own[name] = expandHome(own[name], env);
    const tokens = readTokens(own);
    return tokens === null ? null : new EnvironmentTokens(own, tokens);
  }

  current(): Tokens {
    return this.#tokens;
  }

  /**
   * Goes with the files from here on: a token that is added or removed counts without a stop. Says when others on this
   * machine can read them.
   *
   * @returns what ends it.
   */
  follow(log: Logger, everyMs?: number): () => void {
    const files = FILE_VARIABLES.map((name) => this.#env[name]).filter((path) => path);
    for (const file of files as string[]) {
      const remark = readersRemark(file, 'the token');
      if (remark !== null) log.warn({ file }, remark);
    }
    return watchFiles(files as string[], () => this.#reload(log), everyMs);
  }

  #reload(log: Logger): void {
    try {
      const tokens = readTokens(this.#env);
      // Without one everybody would be let in.
      if (tokens === null) throw new DeepThingsError('DT_TOKEN_UNUSABLE', 'the file of the token is empty');
      this.#tokens = tokens;
      log.info({ accepted: tokens.accepted.length, reading: tokens.reading.length }, 'tokens read again');
    } catch (error) {
      log.error(`the tokens stay as they were: ${(error as Error).message}`);
    }
  }
}

/** A token that may not be there, of the environment itself. @throws DeepThingsError `DT_TOKEN_UNUSABLE` */
function readTokens(env: NodeJS.ProcessEnv): Tokens | null {
  const accepted = tokensOf('DEEPTHINGS_TOKEN', env);
  const reading = tokensOf('DEEPTHINGS_READ_TOKEN', env);
  const [sent] = accepted;
  if (sent === undefined) {
    if (reading.length === 0) return null;
    throw unusable('DEEPTHINGS_READ_TOKEN is set and DEEPTHINGS_TOKEN is not: set both');
  }
  if (reading.some((token) => accepted.includes(token))) {
    throw unusable('DEEPTHINGS_READ_TOKEN is the same as DEEPTHINGS_TOKEN and would open everything: make another one');
  }
  return { sent, accepted, reading };
}

/** Tokens of a variable, or of the file that `NAME_FILE` names: separated by commas or line ends. */
function tokensOf(name: string, env: NodeJS.ProcessEnv): readonly string[] {
  const given = env[name]?.trim() ?? '';
  const file = env[`${name}_FILE`] ?? '';
  if (file === '') return checked(given, name);
  if (given !== '') throw unusable(`${name} and ${name}_FILE are both set: unset one`);
  const tokens = checked(contentOf(file, name), `${name}_FILE (${file})`);
  if (tokens.length === 0) throw unusable(`${name}_FILE (${file}) is empty: write one with "deepthings token --file"`);
  return tokens;
}

function contentOf(file: string, name: string): string {
  try {
    if (statSync(file).size > LARGEST_FILE_BYTES) throw new Error('it is too large for a token');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unusable(`${name}_FILE (${file}) cannot be read: ${(cause as Error).message}`, cause);
  }
}

/** @param where for messages, which never have the token itself. */
function checked(text: string, where: string): readonly string[] {
  const tokens = text
    .split(/[,\r\n]/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
  if (tokens.length > MOST_TOKENS) {
    throw unusable(`${where} has ${tokens.length} tokens and may have ${MOST_TOKENS}: remove the oldest`);
  }
  for (const token of tokens) {
    if (token.length < LEAST_CHARACTERS) {
      throw unusable(
        `${where} has ${token.length} characters and must have at least ${LEAST_CHARACTERS}: make one with ` +
          '"deepthings token" and set it on every node',
      );
    }
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw unusable(
        `${where} must consist of letters, digits and punctuation without spaces: it travels in an HTTP header`,
      );
    }
  }
  return tokens;
}

function unusable(message: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError('DT_TOKEN_UNUSABLE', message, { cause });
}
