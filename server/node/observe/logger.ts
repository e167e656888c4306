import pino, { type DestinationStream, type Logger } from 'pino';
import { DeepThingsError } from '../../errors.js';

export type { Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fastify's plugins log the headers of requests, under names of their own. */
const SECRETS = ['headers.authorization', '*.headers.authorization', 'headers.cookie', '*.headers.cookie'];

/** The same log, in which the headers of requests say nothing secret. */
export function withoutSecrets(log: Logger): Logger {
  return log.child({}, { redact: SECRETS });
}

/**
 * Logs for people on a terminal, JSON lines otherwise; on standard error, where they do not mix with results.
 *
 * Neither has control characters: names of files and messages of other machines are logged, and a terminal would obey
 * them. Stacks are logged of errors that were not raised on purpose, as JSON only; with `DEEPTHINGS_DEBUG=1` of all.
 */
export async function createLogger(level: LogLevel, node: string): Promise<Logger> {
  const isTerminal = process.stderr.isTTY;
  const options = { level, base: { node }, redact: SECRETS, serializers: { err: serializerOf(isTerminal) } };
  if (!isTerminal) {
    const lines = pino.destination({ dest: 2, sync: false });
    return pino(options, {
      write: (line) => lines.write(withoutControls(line, escaped)),
      // pino asks for it before a fatal entry's process ends.
      flushSync: () => lines.flushSync(),
    } as DestinationStream);
  }
  const { default: pretty } = await import('pino-pretty');
  const lines = pretty({ destination: 2, translateTime: 'HH:MM:ss.l', sync: true });
  return pino(options, { write: (line) => lines.write(withoutControls(line, () => '?')) });
}

/** Shows where an error came from only to those who can use it. */
function serializerOf(isTerminal: boolean): (error: Error) => object {
  const { err } = pino.stdSerializers;
  return (error) => {
    const isExpected = error instanceof DeepThingsError;
    const serialized = err(error);
    if (process.env.DEEPTHINGS_DEBUG === '1' || (!isTerminal && !isExpected)) return serialized;
    const { stack: _, ...facts } = serialized;
    return facts;
  };
}

/** In JSON: an escape, a control character itself, or a mark that turns the direction of text around. */
const ESCAPES_AND_CONTROLS = /\\u[0-9a-f]{4}|\\.|[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gi;
/** Escapes of controls but for tab and line feed. */
const CONTROL_ESCAPE = /^\\(u00[01][0-9a-f]|[bfr])$/i;

/** @param replace makes something harmless of a control character, or of its escape. */
function withoutControls(line: string, replace: (found: string) => string): string {
  return line.replace(ESCAPES_AND_CONTROLS, (found) =>
    !found.startsWith('\\') || CONTROL_ESCAPE.test(found) ? replace(found) : found,
  );
}

/** As JSON writes it where it has to. */
function escaped(found: string): string {
  return found.startsWith('\\') ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
