/** What a server asks for in WWW-Authenticate (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case: `basic`, `digest`. */
  readonly scheme: string;
  /** By lower-case name, without quotes and escapes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const BLANKS = '[ \\t]*';
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** A quote that is never closed ends with the header. */
const QUOTED = '"((?:[^"\\\\]|\\\\.)*)(?:"|$)';
const PARAMETER = new RegExp(`${BLANKS}(${TOKEN})${BLANKS}=${BLANKS}(?:${QUOTED}|([^\\s,"]*))`, 'y');
const SCHEME = new RegExp(`${BLANKS}(${TOKEN})(?=[ \\t]|,|$)`, 'y');
/** Some servers leave a comma out, or put two. */
const SEPARATOR = /[\s,;]*/y;

/**
 * Reads the challenges of all WWW-Authenticate lines of an answer. Several may share a line, and the commas between
 * them look like those between parameters. What cannot be read is passed over.
 */
export function readChallenges(lines: readonly string[]): Challenge[] {
  return lines.flatMap(readLine);
}

function readLine(line: string): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < line.length) {
    take(SEPARATOR);
    const parameter = take(PARAMETER);
    if (parameter !== null) {
      const [, name, quoted, plain] = parameter;
      const value = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
      const parameters = found.at(-1)?.parameters;
      // The first of two counts, as the header's order is that of preference.
      if (parameters !== undefined && !parameters.has(name!.toLowerCase())) parameters.set(name!.toLowerCase(), value);
      continue;
    }
    const scheme = take(SCHEME);
    if (scheme === null) at++;
    else found.push({ scheme: scheme[1]!.toLowerCase(), parameters: new Map() });
  }
  return found;
}
