import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ClusterRunner } from '../../../../server/cli/bench/cluster/cluster-runner.js';
import { hasTestHosts } from '../../../../server/cli/bench/testbed/testbed-session.js';
import type { Cell } from '../../../../server/evaluation/cluster/cell.js';
import { cellResults } from '../../../../server/evaluation/cluster/cell-result.js';
import type { StoredClusterExperiment } from '../../../../server/evaluation/cluster/cluster-experiment.js';
import { clusterExperiments } from '../../../../server/evaluation/cluster/cluster-experiments.js';
import { MADE_UP_CALIBRATION, storedCluster } from '../../../evaluation/cluster/cluster-results.js';

const isPossible = hasTestHosts() && availableParallelism() >= 2;
const ONE: Cell = {
  ...{ id: 'small-one', group: 'strategies', model: 'nanodet', linkMbps: 100, load: 'one' },
  ...{ cpu: [0.5, 0.5], gatewayCpu: 0.5, strategies: ['whole', 'gang:2', 'auto'], rounds: 1, frames: 1, warmup: 0 },
};
const CAMERAS: Cell = { ...ONE, id: 'small-cameras', load: 'cameras', frames: 2 };

describe.skipIf(!isPossible)('on test hosts', () => {
  it('two cells are simulated and measured on one cluster, and compared', { timeout: 90_000 }, async () => {
    const cells = [ONE, CAMERAS];
    const experiments = clusterExperiments(cells);
    const calibration = storedCluster(experiments[0]!);
    const outcome = { kind: 'calibration', calibration: MADE_UP_CALIBRATION } as const;
    const kept: StoredClusterExperiment[] = [{ ...calibration, outcome }];
    const todo = experiments.slice(1);
    const runner = new ClusterRunner({ kept, todo, signal: new AbortController().signal });
    const done = [...kept];
    try {
      for (const one of todo) done.push({ ...storedCluster(one), outcome: await runner.run(one) });
    } finally {
      await runner.end();
    }
    const results = cellResults({ cells, experiments: done });
    expect(results.map(({ cell }) => cell.id)).toEqual(['small-one', 'small-cameras']);
    for (const { auto, strategies } of results) {
      expect(strategies.map(({ exact, strategy }) => [strategy, exact])).toEqual([
        ...[
          ['whole', true],
          ['gang:2', true],
          ['auto', true],
        ],
      ]);
      expect(strategies.map(({ devices }) => devices).slice(0, 2)).toEqual([1, 2]);
      for (const { simulated, value } of strategies) {
        expect(value.value).toBeGreaterThan(0);
        expect(simulated).toBeGreaterThan(0);
      }
      expect(auto).not.toBeNull();
    }
    const [one, cameras] = done.flatMap(({ outcome }) => (outcome.kind === 'measured' ? [outcome.reports[0]!] : []));
    // The second cell's cluster is that of the first.
    expect(cameras!.startSeconds).toBe(one!.startSeconds);
    expect(cameras!.frames).toBe(2);
  });
});
