import { plainText } from '../terminal/terminal.js';

export type Severity = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** A line that a node printed, for people. */
export interface LogLine {
  /** `error` for what is no log entry: it is printed by what went wrong outside of the log. */
  readonly severity: Severity;
  /** Message and facts on one line. */
  readonly text: string;
}

/** pino's own fields, and what the prefix says already. */
const NOT_FACTS = new Set(['level', 'time', 'pid', 'hostname', 'node', 'msg', 'err']);

/** Reads a line of pino's JSON; anything else is taken as it is. */
export function parseLogLine(line: string): LogLine {
  const entry = jsonObject(line);
  if (entry === null || typeof entry.level !== 'number') {
    return { severity: 'error', text: plainText(line.replace(/\t/g, '  ').trimEnd()) };
  }
  const facts = Object.entries(entry).filter(([name]) => !NOT_FACTS.has(name));
  const message = typeof entry.msg === 'string' ? entry.msg : '';
  const reason = (entry.err as { message?: unknown } | null | undefined)?.message;
  const text = [
    typeof reason === 'string' && reason !== message ? `${message}: ${reason}` : message,
    ...facts.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ].join('  ');
  return { severity: severityOf(entry.level), text: plainText(text) };
}

function severityOf(level: number): Severity {
  if (level >= 60) return 'fatal';
  if (level >= 50) return 'error';
  if (level >= 40) return 'warn';
  return level >= 30 ? 'info' : 'debug';
}

function jsonObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
