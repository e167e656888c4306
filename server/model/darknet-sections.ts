import { DeepThingsError } from '../errors.js';

/** One `[kind]` section of a Darknet cfg. */
export interface CfgSection {
  readonly kind: string;
  /** 1-based line of its header. */
  readonly line: number;
  readonly options: ReadonlyMap<string, CfgOption>;
}

export interface CfgOption {
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * Splits a Darknet cfg into sections. As in Darknet, blanks inside a line mean nothing, a line that starts with `#` or
 * `;` is a comment, and the first of two options of one name counts. What follows a `#` or `;` behind a value is cut
 * off (Darknet's number reading stops there as well).
 *
 * @throws DT_CFG_SYNTAX for a line that is neither header, option nor comment, with its number.
 */
export function readSections(text: string): readonly CfgSection[] {
  const sections: { kind: string; line: number; options: Map<string, CfgOption> }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const content = raw.replace(/\s/g, '').replace(/[#;].*$/, '');
    if (content === '') {
      continue;
    }
    const header = /^\[(.+)\]$/.exec(content);
    if (header !== null) {
      sections.push({ kind: header[1]!, line, options: new Map() });
      continue;
    }
    const equals = content.indexOf('=');
    const section = sections.at(-1);
    if (equals < 1 || section === undefined) {
      const mend = section === undefined ? 'begin the file with [net]' : 'expected [section] or option=value';
      throw new DeepThingsError('DT_CFG_SYNTAX', `line ${line}: cannot read "${raw.trim().slice(0, 80)}": ${mend}`);
    }
    const name = content.slice(0, equals);
    if (!section.options.has(name)) {
      section.options.set(name, { value: content.slice(equals + 1), line });
    }
  }
  return sections;
}

/** Typed reading of one section's options; every error names `where` (layer, kind, line). */
export class SectionReader {
  readonly section: CfgSection;
  readonly where: string;

  constructor(section: CfgSection, where: string) {
    this.section = section;
    this.where = where;
  }

  text(name: string, fallback: string): string {
    return this.section.options.get(name)?.value ?? fallback;
  }

  /** @throws DT_CFG_VALUE when it is not a whole number of at least `least`. */
  integer(name: string, fallback: number, least: number): number {
    const option = this.section.options.get(name);
    if (option === undefined) {
      return fallback;
    }
    const value = Number(option.value);
    if (option.value === '' || !Number.isSafeInteger(value) || value < least) {
      this.refuse('DT_CFG_VALUE', `${name}=${option.value} must be a whole number of at least ${least}`, option.line);
    }
    return value;
  }

  flag(name: string): boolean {
    return this.integer(name, 0, 0) !== 0;
  }

  /** A comma-separated list; undefined when the option is not there. */
  numbers(name: string): readonly number[] | undefined {
    const option = this.section.options.get(name);
    if (option === undefined) {
      return undefined;
    }
    const items = option.value.replace(/,$/, '').split(',');
    const values = items.map(Number);
    if (items.includes('') || !values.every(Number.isFinite)) {
      this.refuse('DT_CFG_VALUE', `${name}=${option.value} must be numbers with commas between them`, option.line);
    }
    return values;
  }

  refuse(code: string, reason: string, line?: number): never {
    throw new DeepThingsError(code, `${this.where}: ${reason}${line === undefined ? '' : ` (line ${line})`}`);
  }
}
