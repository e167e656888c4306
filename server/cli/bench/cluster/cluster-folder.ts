import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chartSvg } from '../../../evaluation/charts/chart-svg.js';
import type { StoredClusterExperiment } from '../../../evaluation/cluster/cluster-experiment.js';
import type { ClusterResults } from '../../../evaluation/cluster/cluster-results.js';
import { clusterPage } from '../../../evaluation/cluster/page/cluster-page.js';
import { ExperimentFolder } from '../results/experiment-folder.js';
import { tryToWrite, writeWhole } from '../results/write-whole.js';

const PAGE = 'README.md';

/** The results of the cells, with `README.md` and a file for each chart. */
export class ClusterFolder extends ExperimentFolder<StoredClusterExperiment, ClusterResults> {
  render(results: ClusterResults): string {
    this.keepResults(results);
    return writePage(this.path, results);
  }
}

/** Returns the path of the page. @throws DeepThingsError `DT_OUT_FILE` */
export function writePage(folder: string, results: ClusterResults): string {
  const { charts, markdown } = clusterPage(results);
  tryToWrite(folder, () => mkdirSync(folder, { recursive: true }));
  writeWhole(folder, PAGE, markdown);
  for (const chart of charts) writeWhole(folder, `${chart.id}.svg`, `${chartSvg(chart, { alone: true })}\n`);
  return join(folder, PAGE);
}
