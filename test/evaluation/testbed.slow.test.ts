import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NodeLog } from '../../server/cli/up/node-log.js';
import { detectControlGroups } from '../../server/evaluation/hosts/detect-control-groups.js';
import { parseNamespaces } from '../../server/evaluation/hosts/host-leftovers.js';
import { ownerOf } from '../../server/evaluation/hosts/host-plan.js';
import { requireTestHosts } from '../../server/evaluation/hosts/host-requirements.js';
import { hasProgram, runSystemCommand } from '../../server/evaluation/hosts/system-command.js';
import { UntiledReference } from '../../server/evaluation/measure/check/untiled-reference.js';
import { planClusters } from '../../server/evaluation/measure/run-matrix.js';
import { runTestbed } from '../../server/evaluation/measure/testbed-run.js';
import { turnOrder } from '../../server/evaluation/measure/turn-order.js';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { startCli, temporaryFolder } from '../cli/running-cli.js';
import { waitUntil } from '../support/test-cluster.js';
import { settings } from './testbed-settings.js';

/** Why this machine has no test hosts; null when it has. */
function obstacle(): string | null {
  if (availableParallelism() < 2) return 'it takes two cores';
  try {
    requireTestHosts({ platform: process.platform, userId: process.getuid?.() ?? null, hasProgram });
    detectControlGroups();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const why = obstacle();

/** Namespaces and control groups of a process. */
function madeBy(pid: number): readonly string[] {
  const namespaces = parseNamespaces(runSystemCommand(['ip', 'netns', 'list']));
  return [...namespaces, ...detectControlGroups().names()].filter((name) => ownerOf(name) === pid);
}

describe.skipIf(why !== null)(`on test hosts of this machine${why === null ? '' : ` (skipped: ${why})`}`, () => {
  it('every strategy is measured, its output checked, and everything taken down', { timeout: 90_000 }, async () => {
    const folder = temporaryFolder();
    const wanted = settings({ strategies: ['whole', 'gang', 'ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] });
    const measured: string[] = [];
    const reports = await runTestbed(wanted, planClusters(wanted)[0]!, {
      groups: detectControlGroups(),
      run: runSystemCommand,
      folder,
      outputOf: (node) => new NodeLog(join(folder, `${node}.log`), () => {}),
      pictures: [readFileSync(samplePhotoPath('sample1.jpg'))],
      reference: new UntiledReference(),
      signal: new AbortController().signal,
      progress: { waiting() {}, ready() {}, measured: ({ batch }) => measured.push(batch.strategy) },
    });
    expect(reports.map(({ strategy }) => strategy)).toEqual(wanted.strategies);
    expect(measured).toEqual(turnOrder(wanted.strategies, 0));
    for (const report of reports) {
      expect(report).toMatchObject({ devices: 2, grid: '2x2', frames: 1, exact: true, depth: 8 });
      const bodies = Object.values(report.wireBytesPerFrame).reduce((sum, bytes) => sum + bytes, 0);
      // Headers come on top of the bodies.
      expect(report.linkBytesPerFrame).toBeGreaterThan(bodies);
      expect(report.linkBytesPerFrame).toBeLessThan(2 * bodies);
      expect(report.edgeMemory.thief?.residentMiB).toBeGreaterThan(30);
      expect(report.macsRatio).toBeGreaterThanOrEqual(1);
      expect(report.endToEndSeconds).toBeGreaterThan(report.fusedSeconds);
    }
    expect(reports.map(({ ratios }) => ratios?.to)).toEqual([undefined, ...Array.from({ length: 5 }, () => 'whole')]);
    expect(madeBy(process.pid)).toEqual([]);
  });

  it('nothing is left when the run is told to stop', { timeout: 60_000 }, async () => {
    const small = ['--devices', '1', '--cpu', '0.4', '--grid', '1x2', '--model', 'face-detector'];
    const { child, ended } = startCli(['bench', 'testbed', ...small]);
    try {
      // Two groups, the switch and the client: the hosts are being made, or nodes start on them.
      await waitUntil(() => madeBy(child.pid!).length >= 4, 30_000);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 1, stdout: '' });
    } finally {
      child.kill('SIGKILL');
    }
    expect(madeBy(child.pid!)).toEqual([]);
  });
});
