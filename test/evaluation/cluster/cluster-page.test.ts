import { describe, expect, it } from 'vitest';
import { chartSvg } from '../../../server/evaluation/charts/chart-svg.js';
import { cellResults } from '../../../server/evaluation/cluster/cell-result.js';
import { CELLS } from '../../../server/evaluation/cluster/cells.js';
import { clusterPage } from '../../../server/evaluation/cluster/page/cluster-page.js';
import { clusterFailures, notForClusterDocs } from '../../../server/evaluation/cluster/page/cluster-verdict.js';
import { wellFormed } from '../charts/well-formed.js';
import { MACHINE } from '../paper/paper-results.js';
import { clusterResults, madeUpReports, storedCluster } from './cluster-results.js';

const results = clusterResults();
const stored = (id: string) => results.experiments.find(({ experiment }) => experiment.id === id)!;

describe('the results of a cell', () => {
  it('compare auto with the best fixed strategy, round by round', () => {
    const cell = cellResults(results).find((one) => one.cell.id === 'yolov2-1gbit-one')!;
    expect(cell.auto).toMatchObject({ best: 'gang:2', isWithin: true });
    expect(cell.auto!.behind.value).toBeCloseTo(0.05, 2);
    const cameras = cellResults(results).find((one) => one.cell.id === 'yolov2-1gbit-cameras')!;
    expect(cameras.auto).toMatchObject({ best: 'whole', isWithin: false });
    expect(cameras.auto!.behind.value).toBeCloseTo(0.2, 2);
  });

  it('have seconds one at a time and frames a second with cameras, with the simulated value beside', () => {
    const [one, cameras] = ['yolov2-1gbit-one', 'yolov2-1gbit-cameras'].map(
      (id) => cellResults(results).find(({ cell }) => cell.id === id)!.strategies[0]!,
    );
    expect(one!.value.value).toBeCloseTo(3, 1);
    expect(one!.deviation).toBeCloseTo(0.1, 1);
    expect(cameras!.value.value).toBeCloseTo(2, 1);
    expect(cameras!.deviation).toBeCloseTo(-0.1, 1);
  });
});

describe('what the simulator says', () => {
  const cell = stored('yolov2-1gbit-one');
  const simulated = stored('simulated-yolov2-1gbit-one');

  it('of speedups is right where all of a cell is slower by as much', () => {
    for (const id of ['yolov2-1gbit-one', 'yolov2-1gbit-cameras']) {
      const { strategies } = cellResults(results).find((one) => one.cell.id === id)!;
      expect(strategies[0]!.speedupDeviation).toBeNull();
      for (const { deviation, speedupDeviation } of strategies.slice(1)) {
        expect(Math.abs(deviation!)).toBeCloseTo(0.1, 1);
        expect(speedupDeviation).toBeCloseTo(0, 1);
      }
    }
  });

  it('of speedups is off where one strategy is', () => {
    if (simulated.outcome.kind !== 'simulated') throw new TypeError('it is simulated');
    const runs = simulated.outcome.runs.map((run) =>
      run.strategy === 'gang' ? { ...run, endToEndSeconds: run.endToEndSeconds! / 2 } : run,
    );
    const experiments = [{ ...simulated, outcome: { ...simulated.outcome, runs } }, cell];
    const [result] = cellResults({ ...results, experiments });
    const off = result!.strategies.find(({ strategy }) => strategy === 'gang')!.speedupDeviation;
    expect(off).toBeCloseTo(1, 1);
  });
});

describe('the page', () => {
  it('is the same every time, and has nothing that is no number', () => {
    const page = clusterPage(results);
    expect(clusterPage(structuredClone(results))).toEqual(page);
    expect(page.markdown).not.toMatch(/\b(?:NaN|undefined|null|Infinity)\b/);
  });

  it('has every cell, the best strategy bold, and whether auto is within 10 %', () => {
    const { markdown } = clusterPage(results);
    expect(markdown).toMatch(
      /\| YOLOv2-608 \| 1 Gbit\/s \| 6 of 0.25 core \| 3x3 \| 3\.\d\d s .*\| \*\*1\.00 s\*\* \|.*\(gang:2\) \| yes \|/,
    );
    expect(markdown).toMatch(/\| YOLOX-S-640 \| 50 Mbit\/s .*\*\*[12]\.\d\d\/s\*\*.*\(whole\) \| \*\*no\*\* \|/);
    expect(markdown).toContain('in 6 of 12 cells');
    expect(markdown).toMatch(
      /\| YOLOv2-608, 1 Gbit\/s, 6 cameras \| 0\.33\/s \| (?:1\.99|2\.00)\/s \| 1\.6\d\/s \| [45]\.\d\dx \(/,
    );
    expect(markdown).not.toContain('## Not measured');
  });

  it('has frames a second and seconds of frames that come at once', () => {
    const { markdown } = clusterPage(results);
    const rows = [2, 4, 6, 8].map(
      (frames) => markdown.match(new RegExp(`^\\| YOLOv2-608 \\| 1 Gbit/s \\| ${frames} \\|.*$`, 'm'))?.[0],
    );
    for (const row of rows) {
      expect(row).toMatch(/\| 0\.33\/s, 3\.\d\d s \| \*\*1\.00\/s\*\*, 1\.00 s \|.*\(gang:2\) \|$/);
    }
  });

  it('has tables with as many cells in each row as they have columns', () => {
    const tables = clusterPage(results)
      .markdown.split('\n\n')
      .filter((part) => part.startsWith('|'));
    expect(tables.length).toBeGreaterThan(CELLS.length);
    for (const table of tables) {
      const widths = table
        .trim()
        .split('\n')
        .map((row) => row.split(' | ').length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });

  it('has charts that are well formed', () => {
    const { charts, markdown } = clusterPage(results);
    expect(charts.map(({ id }) => id)).toEqual(['latency', 'rate']);
    for (const chart of charts) {
      expect(wellFormed(chartSvg(chart, { alone: true }))).toBeNull();
      expect(markdown).toContain(`(${chart.id}.svg)`);
    }
  });

  it('says which cells are not there, and why', () => {
    const some = results.experiments.filter(({ experiment }) => experiment.id !== 'nanodet-1gbit-one');
    const missing = [{ id: 'nanodet-1gbit-one', reason: 'e3 ended' }];
    expect(clusterPage({ ...results, experiments: some, missing }).markdown).toContain('- nanodet-1gbit-one: e3 ended');
    const none = clusterPage({ ...results, experiments: [] });
    expect(none.markdown).toContain('- nanodet-1gbit-one: the run ended before it');
    expect(none.charts).toEqual([]);
  });

  it('names the strategies that a model does not allow', () => {
    const cell = stored('yolox-s-1gbit-one');
    if (cell.outcome.kind !== 'measured') throw new TypeError('it is measured');
    const refused = [{ strategy: 'ftp-wst-s' as const, reason: 'no cut' }];
    const reports = cell.outcome.reports.filter(({ strategy }) => strategy !== 'ftp-wst-s');
    const changed = { ...cell, outcome: { ...cell.outcome, reports, refused } };
    const experiments = results.experiments.map((one) => (one === cell ? changed : one));
    expect(clusterPage({ ...results, experiments }).markdown).toContain(
      '| ftp-wst-s | – | – | – | not possible: no cut |',
    );
  });
});

describe('the verdict', () => {
  it('is that nothing is wrong, and the page may stand in the documentation', () => {
    expect(clusterFailures(results)).toEqual([]);
    expect(notForClusterDocs(results)).toBeNull();
  });

  it('names outputs that differ and experiments that failed', () => {
    const cell = stored('nanodet-1gbit-one');
    if (cell.experiment.kind !== 'measured' || cell.outcome.kind !== 'measured') throw new TypeError('it is measured');
    const wrong = { ...cell, outcome: { ...cell.outcome, reports: madeUpReports(cell.experiment.cell, 0.5) } };
    const experiments = results.experiments.map((one) => (one === cell ? wrong : one));
    expect(clusterFailures({ ...results, experiments })[0]).toMatch(/^nanodet-1gbit-one, whole: the output differs/);
    expect(notForClusterDocs({ ...results, experiments })).toMatch(/differs/);
    expect(clusterFailures({ ...results, missing: [{ id: 'a', reason: 'b' }] })).toEqual(['a: b']);
  });

  it('keeps results of several commits, and of nothing measured, out of the documentation', () => {
    const other = results.experiments.map(({ experiment }, index) =>
      storedCluster(experiment, index === 0 ? { ...MACHINE, commit: 'abc' } : MACHINE),
    );
    expect(notForClusterDocs({ ...results, experiments: other })).toMatch(/several machines or commits/);
    expect(notForClusterDocs({ ...results, experiments: [] })).toBe('no cell was measured');
    expect(notForClusterDocs({ ...results, notMeasured: 'no root' })).toBe('nothing was measured: no root');
  });
});
