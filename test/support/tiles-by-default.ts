import { parseDocument } from 'yaml';

/**
 * Names the paper's strategy where sections of cluster.yaml name none: most tests of clusters are tests of tiles, and frames of `auto` have none.
 *
 * @returns the sections with `schedule.strategy`.
 */
export function tilesByDefault(yaml: string): string {
  const document = parseDocument(yaml);
  if (!document.hasIn(['schedule', 'strategy'])) document.setIn(['schedule', 'strategy'], 'ftp-wst-s');
  return document.toString({ lineWidth: 0 });
}
