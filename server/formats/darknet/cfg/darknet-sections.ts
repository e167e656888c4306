import type { ErrorCode } from '../../../error-codes.js';
import { DeepThingsError } from '../../../errors.js';
import { splitLines } from '../../../model/files/text-file.js';
import type { Remark } from '../../../model/remark.js';

/** The deepest published cfgs have some 400 layers. */
const MOST_SECTIONS = 2_000;

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

/** A section whose options are still being read. */
interface OpenSection extends CfgSection {
  readonly options: Map<string, CfgOption>;
}

/**
 * Splits a Darknet cfg into sections. As in Darknet, blanks inside a line mean nothing, a line that starts with `#` or
 * `;` is a comment, and the first of two options of one name counts (Darknet calls the other one an unused field). What
 * follows a `#` or `;` behind a value is cut off (Darknet's number reading stops there as well).
 *
 * @param remark receives options that are given twice with different values.
 * @throws DT_CFG_SYNTAX for a line that is neither header, option nor comment, with its number; DT_CFG_SIZE for more
 * than 2,000 sections.
 */
export function readSections(text: string, remark: Remark): readonly CfgSection[] {
  const sections: OpenSection[] = [];
  for (const [index, raw] of splitLines(text).entries()) {
    const line = index + 1;
    const content = raw.replace(/\s/g, '').replace(/[#;].*$/, '');
    if (content === '') {
      continue;
    }
    const header = /^\[(.+)\]$/.exec(content);
    if (header !== null) {
      if (sections.length === MOST_SECTIONS) throw tooManySections(line);
      sections.push({ kind: shorten(header[1]!), line, options: new Map() });
      continue;
    }
    const equals = content.indexOf('=');
    const section = sections.at(-1);
    if (equals < 1 || section === undefined) {
      const remedy = section === undefined ? 'begin the file with [net]' : 'expected [section] or option=value';
      throw new DeepThingsError('DT_CFG_SYNTAX', `line ${line}: cannot read "${shorten(raw.trim())}": ${remedy}`);
    }
    addOption(section, { name: content.slice(0, equals), value: content.slice(equals + 1), line }, remark);
  }
  return sections;
}

interface GivenOption extends CfgOption {
  readonly name: string;
}

function addOption(section: OpenSection, { name, value, line }: GivenOption, remark: Remark): void {
  const first = section.options.get(name);
  if (first === undefined) {
    section.options.set(name, { value, line });
  } else if (first.value !== value) {
    remark(
      `[${section.kind}] has ${name} twice: line ${first.line} says ${shorten(first.value)}, line ${line} says ` +
        `${shorten(value)}; the first one counts, as in Darknet: remove the other`,
    );
  }
}

function tooManySections(line: number): DeepThingsError {
  return new DeepThingsError(
    'DT_CFG_SIZE',
    `line ${line} begins section ${MOST_SECTIONS + 1}, and ${MOST_SECTIONS} is the most that a cfg may have`,
  );
}

function shorten(value: string): string {
  return value.length > 80 ? `${value.slice(0, 80)}…` : value;
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

  /** @throws DT_CFG_VALUE when it is no number. */
  number(name: string, fallback: number): number {
    const option = this.section.options.get(name);
    if (option === undefined) return fallback;
    const value = Number(option.value);
    if (option.value === '' || !Number.isFinite(value)) {
      this.refuse('DT_CFG_VALUE', `${name}=${option.value} must be a number`, option.line);
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

  refuse(code: ErrorCode, reason: string, line?: number): never {
    throw new DeepThingsError(code, `${this.where}: ${reason}${line === undefined ? '' : ` (line ${line})`}`);
  }
}
