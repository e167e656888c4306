import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EmbeddedCluster, type NodeSpec } from '../../server/cli/up/embedded-cluster.js';
import { loadClusterConfig } from '../../server/config/load.js';
import type { ProcessExit } from '../../server/supervision/node-process.js';
import { clusterFile, FACES } from './running-cli.js';

test('a node that cannot start is reported with what it said last', async () => {
  const file = clusterFile(FACES);
  const spec: NodeSpec = {
    id: 'e7',
    address: 'http://127.0.0.1:18087',
    args: ['edge', 'e7', '--config', file],
    config: await loadClusterConfig(file),
    logPath: join(file, '..', 'e7.log'),
  };
  let cluster!: EmbeddedCluster;
  const failure = await new Promise<[string, ProcessExit]>((resolve) => {
    const unexpected = () => expect.unreachable('it is not started again');
    cluster = new EmbeddedCluster([spec], {
      line: () => {},
      failedToStart: (id, exit) => resolve([id, exit]),
      crashed: unexpected,
      restarted: unexpected,
    });
  });
  expect(failure).toEqual(['e7', { code: 2, signal: null }]);
  expect(cluster.lastLines('e7').map(({ text }) => text)).toEqual([
    expect.stringContaining('declares no device "e7", only e0, e1'),
  ]);
  await cluster.stop();
});
