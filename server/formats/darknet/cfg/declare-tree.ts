import { type ClassTree, classTree } from '../../../heads/class-tree.js';
import { splitLines } from '../../../model/files/text-file.js';
import type { SectionReader } from './darknet-sections.js';

/**
 * Reads the hierarchy of a head's classes from the file that `tree` names: a line for each class, with its name and the number of its
 * parent, -1 at the top.
 *
 * @param readText reads the file; undefined where files cannot be read.
 * @throws DT_CFG_OPTION, DT_CFG_VALUE
 */
export function declareTree(
  options: SectionReader,
  readText: ((path: string) => string) | undefined,
): { readonly tree?: ClassTree } {
  const option = options.section.options.get('tree');
  if (option === undefined) return {};
  if (readText === undefined)
    return options.refuse('DT_CFG_OPTION', `tree=${option.value} cannot be read here`, option.line);
  const lines = splitLines(readText(option.value).trimEnd());
  const parents = lines.map((line, index) => {
    const [, parent] = line.trim().split(/\s+/);
    if (parent !== undefined && /^(-1|\d+)$/.test(parent)) return Number(parent);
    return options.refuse(
      'DT_CFG_VALUE',
      `tree=${option.value}: line ${index + 1} must be a class and the number of its parent, or -1`,
      option.line,
    );
  });
  const tree = classTree(parents);
  if (tree !== null) return { tree };
  return options.refuse(
    'DT_CFG_VALUE',
    `tree=${option.value}: a class must come after its parent, and next to the others of that parent`,
    option.line,
  );
}
