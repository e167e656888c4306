import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyExperiment, Stored } from '../../../evaluation/experiments/stored-experiment.js';
import { printNote } from '../../terminal/terminal.js';
import { tryToWrite, writeWhole } from './write-whole.js';

const EXPERIMENTS = 'experiments';
const RESULTS = 'results.json';

/**
 * Where the results of an evaluation are kept:
 *
 *     experiments/ID.json   one for each experiment, as soon as it is finished
 *     results.json          all that the page was made of
 *     …                     the page
 */
export class ExperimentFolder<S extends Stored<AnyExperiment, unknown>, Results> {
  readonly path: string;

  /** @throws DeepThingsError `DT_OUT_FILE` */
  constructor(path: string) {
    this.path = path;
    tryToWrite(path, () => mkdirSync(join(path, EXPERIMENTS), { recursive: true }));
  }

  /** Returns the experiments that earlier starts have finished. Files that cannot be read are skipped. */
  stored(): readonly S[] {
    const folder = join(this.path, EXPERIMENTS);
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .flatMap((name) => {
        try {
          return [JSON.parse(readFileSync(join(folder, name), 'utf8')) as S];
        } catch (error) {
          printNote(`${name} is left out: ${(error as Error).message}`);
          return [];
        }
      });
  }

  /** Returns the results of the last page; null where there is none. */
  earlierResults(): Results | null {
    const path = join(this.path, RESULTS);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : null;
  }

  keep(stored: S): void {
    this.write(join(EXPERIMENTS, `${stored.experiment.id}.json`), `${JSON.stringify(stored, null, 2)}\n`);
  }

  keepResults(results: Results): void {
    this.write(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  }

  /** @throws DeepThingsError `DT_OUT_FILE` */
  write(name: string, text: string): void {
    writeWhole(this.path, name, text);
  }
}
