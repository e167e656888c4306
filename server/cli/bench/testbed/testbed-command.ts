import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeepThingsError } from '../../../errors.js';
import { UntiledReference } from '../../../evaluation/measure/check/untiled-reference.js';
import {
  type ClusterRun,
  planBatches,
  planClusters,
  type TestbedSettings,
} from '../../../evaluation/measure/run-matrix.js';
import type { StrategyReport } from '../../../evaluation/measure/testbed-report.js';
import { checkRuns, runTestbed } from '../../../evaluation/measure/testbed-run.js';
import { TimeLeft } from '../../../evaluation/statistics/time-left.js';
import { EXIT_FAILED } from '../../terminal/exit-codes.js';
import { ProgressLine } from '../../terminal/progress-line.js';
import { formatDuration } from '../../terminal/quantities.js';
import { errorMark } from '../../terminal/report-error.js';
import { printJson, printLine, printNote } from '../../terminal/terminal.js';
import { Interruption } from '../../up/interruption.js';
import { type TestbedOptions, testbedSettings } from './testbed-options.js';
import { isOfTheMachine, requireTestbed, TestbedSession } from './testbed-session.js';
import {
  clusterTitle,
  cpuTable,
  phaseTable,
  printBatch,
  printWhatIsRun,
  speedLines,
  testbedTable,
} from './testbed-terminal.js';

/** `deepthings bench testbed`: sets the exit code to 1 when an output differs or a cluster could not be measured. */
export async function runBenchTestbed(options: TestbedOptions): Promise<void> {
  const settings = testbedSettings(options);
  requireTestbed(settings);
  await checkRuns(settings, planClusters(settings));
  const out = options.out === undefined ? null : resolve(options.out);
  // Before hours of measuring, not after.
  if (out !== null) writeReports(out, []);
  const run = new TestbedCommand(settings, out);
  const reports = await run.all();
  if (options.json) printJson(reports);
  else if (reports.length > 0) {
    const parts = [testbedTable(reports), cpuTable(reports), phaseTable(reports), speedLines(reports)];
    printLine(parts.filter((part) => part !== '').join('\n\n'));
  }
  if (run.failed) process.exitCode = EXIT_FAILED;
}

/** One run over all clusters of the matrix. */
class TestbedCommand {
  failed = false;
  readonly #settings: TestbedSettings;
  readonly #out: string | null;
  /** Asked to end at once: the hosts are taken down as the process exits. */
  readonly #interruption = new Interruption(() => {});
  readonly #session = new TestbedSession(this.#interruption.signal);
  readonly #reference = new UntiledReference();
  readonly #progress = new ProgressLine();
  readonly #clusters: readonly ClusterRun[];
  readonly #left: TimeLeft;

  constructor(settings: TestbedSettings, out: string | null) {
    this.#settings = settings;
    this.#out = out;
    this.#clusters = planClusters(settings);
    const frames = this.#clusters.reduce((sum, cluster) => sum + this.#framesOf(cluster), 0);
    this.#left = new TimeLeft({ starts: this.#clusters.length, frames });
  }

  /** @throws DeepThingsError `DT_INTERRUPTED` */
  async all(): Promise<readonly StrategyReport[]> {
    const { devices, grids, sources } = this.#settings;
    const skipped = devices.length * grids.length * sources.length - this.#clusters.length;
    printWhatIsRun(this.#settings, this.#clusters, skipped);
    const reports: StrategyReport[] = [];
    try {
      await this.#measureAll(reports);
    } finally {
      this.#session.end(this.failed);
    }
    return reports;
  }

  async #measureAll(reports: StrategyReport[]): Promise<void> {
    for (const cluster of this.#clusters) {
      printNote(`\n${clusterTitle(cluster)}`);
      reports.push(...(await this.#measure(cluster)));
      if (this.#out !== null) writeReports(this.#out, reports);
      if (this.#interruption.signal.aborted) throw new DeepThingsError('DT_INTERRUPTED', 'told to stop');
    }
    if (reports.some(({ exact }) => !exact)) {
      this.failed = true;
      printNote(`${errorMark()} an output differs from the untiled network's by more than is allowed`);
    }
  }

  /** A cluster that cannot be measured costs its own figures, not the others'. */
  async #measure(cluster: ClusterRun): Promise<readonly StrategyReport[]> {
    const before = { starts: 1, frames: this.#framesOf(cluster) };
    let [starts, frames] = [0, 0];
    try {
      return await runTestbed(this.#settings, cluster, {
        ...this.#session.parts(this.#reference),
        progress: {
          waiting: (ids) => this.#progress.show(`  starting, which may take minutes: waiting for ${ids.join(', ')}`),
          ready: (seconds) => {
            this.#progress.clear();
            starts = 1;
            this.#left.started(seconds);
            printNote(`  ready after ${formatDuration(1000 * seconds)}`);
          },
          measured: (batch, seconds) => {
            frames += batch.frames.length;
            this.#left.measured(batch.frames.length, seconds);
            printBatch(batch, this.#timeLeft());
          },
        },
      });
    } catch (error) {
      this.#progress.clear();
      if (this.#interruption.signal.aborted) throw new DeepThingsError('DT_INTERRUPTED', 'told to stop');
      if (isOfTheMachine(error)) throw error;
      this.failed = true;
      this.#left.dropped({ starts: before.starts - starts, frames: before.frames - frames });
      printNote(`${errorMark()} ${clusterTitle(cluster)}: ${(error as Error).message}`);
      return [];
    }
  }

  #framesOf(cluster: ClusterRun): number {
    return planBatches(this.#settings, cluster).reduce((sum, { sources }) => sum + sources.length, 0);
  }

  #timeLeft(): string {
    const { seconds } = this.#left;
    return seconds === null ? '' : `; about ${formatDuration(1000 * seconds)} left`;
  }
}

/** @throws DeepThingsError `DT_OUT_FILE` */
function writeReports(path: string, reports: readonly StrategyReport[]): void {
  try {
    writeFileSync(path, `${JSON.stringify(reports, null, 2)}\n`);
  } catch (cause) {
    throw new DeepThingsError('DT_OUT_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
