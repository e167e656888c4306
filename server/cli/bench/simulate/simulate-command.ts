import { DeepThingsError } from '../../../errors.js';
import { type Costs, loadCosts, networkName } from '../../../evaluation/simulate/calibration.js';
import { readJsonFile } from '../../../evaluation/simulate/json-file.js';
import type { SimulatedRun } from '../../../evaluation/simulate/simulated-run.js';
import { describeModel } from '../../../model-files/describe-model.js';
import { ProgressLine } from '../../terminal/progress-line.js';
import { formatBytes, formatDeviation, formatDuration } from '../../terminal/quantities.js';
import { printJson, printLine, printNote } from '../../terminal/terminal.js';
import { right, textTable } from '../../terminal/text-table.js';
import {
  combinationOf,
  DEVIATION_KEYS,
  type Deviation,
  deviationOf,
  type MeasuredRun,
  readMeasured,
  summary,
} from './deviation.js';
import { type Combination, combinationsOf, conditionsOf, listsOf, type SimulateOptions } from './simulate-options.js';
import { runCombination } from './simulated-combinations.js';

/** `deepthings bench simulate`. @param given whether an option was given, not left to its default. */
export async function runSimulate(options: SimulateOptions, given: (option: string) => boolean): Promise<void> {
  const conditions = conditionsOf(options);
  const measured = await measuredOf(options, given);
  const combinations = measured?.map(combinationOf) ?? combinationsOf(options);
  const costs = new Map<string, Costs>();
  const progress = new ProgressLine();
  const runs: SimulatedRun[] = [];
  for (const [index, combination] of combinations.entries()) {
    progress.show(`${index + 1} of ${combinations.length}: ${nameOf(combination)}`);
    const model = networkName(await describeModel(combination.model));
    const known = costs.get(model) ?? (await loadCosts(options.calibration ?? null, model));
    costs.set(model, known);
    runs.push(await runCombination(combination, conditions, known.costs));
  }
  progress.clear();
  const deviations = measured?.map((run, index) => deviationOf(runs[index]!, run)) ?? null;
  if (options.json) {
    const described = runs.map((run, index) => ({
      ...run,
      ...(deviations !== null && { deviation: deviations[index] }),
    }));
    printJson(described);
    return;
  }
  for (const { origin } of costs.values()) printNote(`costs: ${origin}`);
  printLine(runTable(runs));
  if (deviations !== null) printLine(`\n${deviationTable(measured!, deviations)}`);
}

/** The combinations that were measured, of those only that the lists name which were given. */
async function measuredOf(
  options: SimulateOptions,
  given: (option: string) => boolean,
): Promise<readonly MeasuredRun[] | null> {
  if (options.against === undefined) return null;
  const all = readMeasured(await readJsonFile('--against', options.against), options.against);
  const lists = listsOf(options);
  const left = all.filter(
    ({ devices, grid, sources, strategy }) =>
      (!given('devices') || lists.devices.includes(devices)) &&
      (!given('grid') || lists.grids.includes(grid)) &&
      (!given('sources') || lists.sources.includes(sources)) &&
      (!given('strategy') || lists.strategies.includes(strategy)),
  );
  if (left.length > 0) return left;
  throw new DeepThingsError('DT_USAGE', `--against ${options.against} has nothing of what was asked for`);
}

function nameOf({
  devices,
  frames,
  grid,
  sources,
  strategy,
}: Pick<Combination, 'devices' | 'frames' | 'grid' | 'sources' | 'strategy'>): string {
  return `${strategy}, ${devices} devices, ${grid}, ${sources} sources, ${frames} frames`;
}

function runTable(runs: readonly SimulatedRun[]): string {
  const columns = ['devices', 'grid', 'sources', 'fused', 'end to end', 'frames/s', 'MACs', 'frame'].map(right);
  const bytes = ['input', 'overlap', 'result', 'gateway', 'busiest device', 'busiest link'].map(right);
  const seconds = (value: number | null) => (value === null ? 'failed' : formatDuration(1000 * value));
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  return textTable(
    [{ title: 'strategy' }, ...columns, ...bytes],
    runs.map((run) => {
      const { gateway, ...devices } = run.utilisation.nodes;
      const { frame, input, overlap, result } = run.wireBytesPerFrame;
      return [
        ...[run.strategy, String(run.devices), run.grid, String(run.sources)],
        ...[seconds(run.fusedSeconds), seconds(run.endToEndSeconds), run.framesPerSecond.toFixed(2)],
        ...[
          run.macsRatio.toFixed(2),
          ...[frame, input, overlap, result].map((count) => formatBytes(Math.round(count))),
        ],
        ...[share(gateway ?? 0), share(Math.max(...Object.values(devices)))],
        share(Math.max(0, ...Object.values(run.utilisation.links))),
      ];
    }),
  );
}

function deviationTable(measured: readonly MeasuredRun[], deviations: readonly Deviation[]): string {
  const cells = (deviation: Deviation, show = formatDeviation) => DEVIATION_KEYS.map((key) => show(deviation[key]));
  const { median, worst } = summary(deviations);
  const size = (value: number) => formatDeviation(value).slice(1);
  const titles = ['fused', 'end to end', 'frames/s', 'bytes', 'MACs'].map(right);
  return textTable(
    [{ title: 'simulated over measured' }, ...titles],
    [
      ...measured.map((run, index) => [nameOf(run), ...cells(deviations[index]!)]),
      ['median, either way', ...cells(median, size)],
      ['worst, either way', ...cells(worst, size)],
    ],
  );
}
