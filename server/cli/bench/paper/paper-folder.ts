import { join } from 'node:path';
import { chartSvg } from '../../../evaluation/charts/chart-svg.js';
import type { PaperResults } from '../../../evaluation/paper/experiments/results.js';
import type { StoredExperiment } from '../../../evaluation/paper/experiments/stored-experiment.js';
import { paperPage } from '../../../evaluation/paper/page/page.js';
import { sectionsOf } from '../../../evaluation/paper/page/sections.js';
import { ExperimentFolder } from '../results/experiment-folder.js';

const PAGE = 'index.html';

/** The results of the paper's figures, with `index.html` and `figN.svg`. */
export class PaperFolder extends ExperimentFolder<StoredExperiment, PaperResults> {
  get page(): string {
    return join(this.path, PAGE);
  }

  /** Results, the page, and a file for each chart. */
  render(results: PaperResults): void {
    this.keepResults(results);
    this.write(PAGE, paperPage(results));
    for (const { chart } of sectionsOf(results)) {
      if (chart !== null) this.write(`${chart.id}.svg`, `${chartSvg(chart, { alone: true })}\n`);
    }
  }
}
