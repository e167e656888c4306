import { Lexer } from 'yaml';

/** A cluster.yaml of a thousand devices has some 20,000. */
const MOST_TOKENS = 50_000;

/** Levels of maps and lists in each other; cluster.yaml needs four. */
export const DEEPEST_NESTING = 32;

/**
 * What makes a text too much for the YAML parser, which takes minutes over a megabyte of closing brackets, and whose
 * process dies of a megabyte of opening ones. Looks at tokens only: how many there are, brackets that are open, and
 * list indicators in one line (`- - - -`).
 *
 * @returns undefined when there is nothing of the kind.
 */
export function excessiveStructure(text: string): string | undefined {
  let tokens = 0;
  let openBrackets = 0;
  let indicatorsInLine = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') openBrackets += 1;
    else if (token === ']' || token === '}') openBrackets = Math.max(0, openBrackets - 1);
    else if (token === '-' || token === '?') indicatorsInLine += 1;
    else if (token.endsWith('\n')) indicatorsInLine = 0;
    if (tokens > MOST_TOKENS) return `has more than ${MOST_TOKENS} parts`;
    if (openBrackets > DEEPEST_NESTING || indicatorsInLine > DEEPEST_NESTING) {
      return `has maps and lists more than ${DEEPEST_NESTING} deep`;
    }
  }
  return undefined;
}
