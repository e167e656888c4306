import { type Cell, type CellModel, clusterOf } from './cell.js';
import { CELLS } from './cells.js';
import {
  type CalibrationStep,
  type ClusterExperiment,
  calibrationId,
  type GridsStep,
  type MeasuredStep,
  type SimulatedStep,
  simulatedId,
} from './cluster-experiment.js';
import { TRIED_GRIDS } from './grid-choice.js';

/** Rough: what a whole frame takes a device of a quarter of a core, and a calibration a core, on the machine that this was written on. */
const TIMES: Readonly<Record<CellModel, { readonly frame: number; readonly calibration: number }>> = {
  yolov2: { frame: 3.2, calibration: 150 },
  nanodet: { frame: 0.65, calibration: 80 },
  'yolox-s': { frame: 3, calibration: 150 },
};
const START_SECONDS = 16;
const SIMULATION_SECONDS = 0.3;

/** Everything that is to be done for some cells, in their order. What is simulated with a model stands before what is measured with it. */
export function clusterExperiments(cells: readonly Cell[]): readonly ClusterExperiment[] {
  const models = new Set<CellModel>();
  const steps = cells.flatMap((cell, index) => {
    const isFirst = !models.has(cell.model);
    models.add(cell.model);
    const simulated = isFirst ? simulatedSteps(cells.filter(({ model }) => model === cell.model)) : [];
    return [...simulated, measuredStep(cell, cells[index - 1])];
  });
  return [...calibrationSteps(cells), ...steps];
}

/** First of all, and the smallest shares of a core first, since those are made at the same time. */
function calibrationSteps(cells: readonly Cell[]): readonly CalibrationStep[] {
  const tried = cells.flatMap((cell) => [cell, ...(gridsFor(cell)?.cells.slice(0, 1) ?? [])]);
  const steps = tried.map((cell) => calibrationStep(cell.model, Math.max(...cell.cpu)));
  const byId = new Map(steps.map((step) => [step.id, step]));
  const distinct = [...byId.values()].sort((a, b) => a.cpu - b.cpu);
  const together = (step: CalibrationStep) => distinct.filter(({ cpu }) => cpu === step.cpu).length;
  return distinct.map((step) => ({ ...step, expectedSeconds: step.expectedSeconds / together(step) }));
}

function calibrationStep(model: CellModel, cpu: number): CalibrationStep {
  const expectedSeconds = TIMES[model].calibration / Math.min(1, cpu);
  return { kind: 'calibration', id: calibrationId(model, cpu), model, cpu, expectedSeconds };
}

/** @param cells all of one model. */
function simulatedSteps(cells: readonly Cell[]): readonly ClusterExperiment[] {
  const grids = new Map(cells.flatMap((cell) => gridsFor(cell) ?? []).map((step) => [step.id, step]));
  return [...grids.values(), ...cells.map(simulatedStep)];
}

/** The choice of a grid for a cell: six equal devices on its links, under both loads. Null where no strategy has tiles. */
function gridsFor({ linkMbps, model, strategies }: Cell): GridsStep | null {
  if (!strategies.includes('ftp-wst-s')) return null;
  const cells = CELLS.filter(
    (cell) => cell.group === 'strategies' && cell.model === model && cell.linkMbps === linkMbps,
  );
  return {
    ...{ kind: 'grids', id: `grids-${model}-${linkMbps}mbit`, cells, grids: TRIED_GRIDS },
    expectedSeconds: SIMULATION_SECONDS * cells.length * TRIED_GRIDS.length,
  };
}

function simulatedStep(cell: Cell): SimulatedStep {
  return {
    ...{ kind: 'simulated', id: simulatedId(cell), cell, gridsOf: gridsFor(cell)?.id ?? null },
    expectedSeconds: SIMULATION_SECONDS * cell.strategies.length,
  };
}

/** @param before the cell that is measured before it. */
function measuredStep(cell: Cell, before: Cell | undefined): MeasuredStep {
  const starts = before === undefined || clusterOf(before) !== clusterOf(cell);
  return {
    ...{ kind: 'measured', id: cell.id, cell, gridsOf: gridsFor(cell)?.id ?? null },
    expectedSeconds: (starts ? START_SECONDS : 0) + framesSeconds(cell),
  };
}

/** Rough, as measured: strategies take two thirds of a whole frame's time on average, or a third of it with six cameras. */
function framesSeconds({ cpu, frames, load, model, rounds, strategies, warmup }: Cell): number {
  const share = { one: 0.65, cameras: 0.33, 'at-once': cpu.length === 1 ? 1 : 0.33 }[load];
  const slowness = (0.25 * cpu.length) / cpu.reduce((sum, one) => sum + one, 0);
  const checkSeconds = 0.25;
  const count = (warmup + rounds * frames) * strategies.length;
  return count * (TIMES[model].frame * share * slowness + checkSeconds);
}
