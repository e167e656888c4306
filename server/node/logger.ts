import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fastify's plugins log the headers of requests, under names of their own. */
const SECRETS = ['headers.authorization', '*.headers.authorization', 'headers.cookie', '*.headers.cookie'];

/** The same log, in which the headers of requests say nothing secret. */
export function withoutSecrets(log: Logger): Logger {
  return log.child({}, { redact: SECRETS });
}

/** Logs for people on a terminal, JSON lines otherwise; on standard error, where they do not mix with results. */
export async function createLogger(level: LogLevel, node: string): Promise<Logger> {
  const options = { level, base: { node }, redact: SECRETS };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ dest: 2, sync: false }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, translateTime: 'HH:MM:ss.l', sync: true }));
}
