import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CoreFillers } from '../../../server/evaluation/hosts/core-fillers.js';
import { hasProgram } from '../../../server/evaluation/hosts/system-command.js';
import { waitUntil } from '../../support/test-cluster.js';

const SCHED_IDLE = '5';

/** Returns the scheduling policy of a process, the 41st field of its line in /proc. */
function policyOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38];
}

it.runIf(hasProgram('chrt'))('cores are kept busy by processes that give way, until they are stopped', async () => {
  const fillers = new CoreFillers(2);
  try {
    const [first] = fillers.pids;
    expect(fillers.pids).toHaveLength(2);
    await waitUntil(() => policyOf(first!) === SCHED_IDLE);
  } finally {
    fillers.stop();
  }
  await waitUntil(() => fillers.pids.length === 0);
});
