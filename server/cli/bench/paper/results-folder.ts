import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeepThingsError } from '../../../errors.js';
import { chartSvg } from '../../../evaluation/charts/chart-svg.js';
import type { PaperResults } from '../../../evaluation/paper/experiments/results.js';
import type { StoredExperiment } from '../../../evaluation/paper/experiments/stored-experiment.js';
import { paperPage } from '../../../evaluation/paper/page/page.js';
import { sectionsOf } from '../../../evaluation/paper/page/sections.js';
import { printNote } from '../../terminal/terminal.js';

const EXPERIMENTS = 'experiments';
const RESULTS = 'results.json';
const PAGE = 'index.html';

/**
 * Where results are kept:
 *
 *     experiments/ID.json   one for each experiment, as soon as it is finished
 *     results.json          all of them
 *     index.html, figN.svg  what is made of these
 */
export class ResultsFolder {
  readonly page: string;
  readonly #folder: string;

  /** @throws DeepThingsError `DT_OUT_FILE` */
  constructor(folder: string) {
    this.#folder = folder;
    this.page = join(folder, PAGE);
    this.#writing(() => mkdirSync(join(folder, EXPERIMENTS), { recursive: true }));
  }

  /** What earlier starts have finished; a file that cannot be read is as good as none. */
  stored(): readonly StoredExperiment[] {
    const folder = join(this.#folder, EXPERIMENTS);
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .flatMap((name) => {
        try {
          return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as StoredExperiment];
        } catch (error) {
          printNote(`${name} is left out: ${(error as Error).message}`);
          return [];
        }
      });
  }

  /** What the page was made of last time; null before that. */
  earlierResults(): PaperResults | null {
    const path = join(this.#folder, RESULTS);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PaperResults) : null;
  }

  keep(stored: StoredExperiment): void {
    this.#write(join(EXPERIMENTS, `${stored.experiment.id}.json`), `${JSON.stringify(stored, null, 2)}\n`);
  }

  /** Results, the page, and a file for each chart. */
  render(results: PaperResults): void {
    this.#write(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
    this.#write(PAGE, paperPage(results));
    for (const { chart } of sectionsOf(results)) {
      if (chart !== null) this.#write(`${chart.id}.svg`, `${chartSvg(chart, { alone: true })}\n`);
    }
  }

  /** Whole or not at all: a run may be killed at any moment. */
  #write(name: string, text: string): void {
    const path = join(this.#folder, name);
    this.#writing(() => {
      writeFileSync(`${path}.part`, text);
      renameSync(`${path}.part`, path);
    });
  }

  #writing(write: () => void): void {
    try {
      write();
    } catch (cause) {
      throw new DeepThingsError('DT_OUT_FILE', `cannot write to ${this.#folder}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}
