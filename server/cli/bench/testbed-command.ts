import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DeepThingsError } from '../../errors.js';
import { detectControlGroups } from '../../evaluation/detect-control-groups.js';
import { requireTestHosts } from '../../evaluation/host-requirements.js';
import { checkQuotas } from '../../evaluation/quota-check.js';
import { type ClusterRun, planBatches, planClusters, type TestbedSettings } from '../../evaluation/run-matrix.js';
import { hasProgram, runSystemCommand } from '../../evaluation/system-command.js';
import type { StrategyReport } from '../../evaluation/testbed-report.js';
import { checkRuns, hostLimits, runTestbed, type TestbedParts } from '../../evaluation/testbed-run.js';
import { TimeLeft } from '../../evaluation/time-left.js';
import { UntiledReference } from '../../evaluation/untiled-reference.js';
import { SAMPLE_PHOTOS, samplePhotoPath } from '../../imaging/sample-photos.js';
import { EXIT_FAILED } from '../exit-codes.js';
import { ProgressLine } from '../progress-line.js';
import { formatDuration } from '../quantities.js';
import { errorMark } from '../report-error.js';
import { printLine, printNote } from '../terminal.js';
import { Interruption } from '../up/interruption.js';
import { NodeLog } from '../up/node-log.js';
import { type TestbedOptions, testbedSettings } from './testbed-options.js';
import { clusterTitle, printBatch, printWhatIsRun, testbedTable } from './testbed-terminal.js';

/** `deepthings bench testbed`: sets the exit code to 1 when an output differs or a cluster could not be measured. */
export async function runBenchTestbed(options: TestbedOptions): Promise<void> {
  const settings = testbedSettings(options);
  const { platform } = process;
  requireTestHosts({ platform, userId: process.getuid?.() ?? null, hasProgram });
  checkQuotas(hostLimits(settings, Math.max(...settings.devices)), availableParallelism());
  await checkRuns(settings, planClusters(settings));
  const out = options.out === undefined ? null : resolve(options.out);
  // Before hours of measuring, not after.
  if (out !== null) writeReports(out, []);
  const run = new TestbedCommand(settings, out);
  const reports = await run.all();
  if (options.json) printLine(JSON.stringify(reports, null, 2));
  else if (reports.length > 0) printLine(testbedTable(reports));
  if (run.failed) process.exitCode = EXIT_FAILED;
}

/** One run over all clusters of the matrix. */
class TestbedCommand {
  failed = false;
  readonly #settings: TestbedSettings;
  readonly #out: string | null;
  readonly #groups = detectControlGroups();
  readonly #folder = mkdtempSync(join(tmpdir(), 'deepthings-bench-'));
  readonly #reference = new UntiledReference();
  readonly #progress = new ProgressLine();
  /** Asked to end at once: the hosts are taken down as the process exits. */
  readonly #interruption = new Interruption(() => {});
  readonly #clusters: readonly ClusterRun[];
  readonly #left: TimeLeft;

  constructor(settings: TestbedSettings, out: string | null) {
    this.#settings = settings;
    this.#out = out;
    this.#clusters = planClusters(settings);
    const frames = this.#clusters.reduce((sum, cluster) => sum + this.#framesOf(cluster), 0);
    this.#left = new TimeLeft({ starts: this.#clusters.length, frames });
    // A terminal that is closed ends the process without its farewells, unless it is asked to.
    process.once('SIGHUP', () => process.exit(EXIT_FAILED));
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
      if (this.failed) printNote(`what the nodes printed: ${this.#folder}`);
      else rmSync(this.#folder, { recursive: true, force: true });
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
        ...this.#parts(),
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
      if (isOfTheRun(error)) throw error;
      this.failed = true;
      this.#left.dropped({ starts: before.starts - starts, frames: before.frames - frames });
      printNote(`${errorMark()} ${clusterTitle(cluster)}: ${(error as Error).message}`);
      return [];
    }
  }

  #parts(): Omit<TestbedParts, 'progress'> {
    const photos = Array.from({ length: SAMPLE_PHOTOS }, (_, i) => samplePhotoPath(`sample${i + 1}.jpg`));
    return {
      groups: this.#groups,
      run: runSystemCommand,
      folder: this.#folder,
      outputOf: (node) => new NodeLog(join(this.#folder, `${node}.log`), () => {}),
      pictures: photos.map((path) => readFileSync(path)),
      reference: this.#reference,
      signal: this.#interruption.signal,
    };
  }

  #framesOf(cluster: ClusterRun): number {
    return planBatches(this.#settings, cluster).reduce((sum, { sources }) => sum + sources.length, 0);
  }

  #timeLeft(): string {
    const { seconds } = this.#left;
    return seconds === null ? '' : `; about ${formatDuration(1000 * seconds)} left`;
  }
}

/** What would meet every other cluster as well. */
function isOfTheRun(error: unknown): boolean {
  return error instanceof DeepThingsError && /^DT_(CGROUP|TESTBED)$/.test(error.code);
}

/** @throws DeepThingsError `DT_OUT_FILE` */
function writeReports(path: string, reports: readonly StrategyReport[]): void {
  try {
    writeFileSync(path, `${JSON.stringify(reports, null, 2)}\n`);
  } catch (cause) {
    throw new DeepThingsError('DT_OUT_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
