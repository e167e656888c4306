import { CALLS } from '../../node/contract/calls.js';
import type { Logger } from '../../node/observe/logger.js';
import type { PeerClients } from '../../node/peers/peer-clients.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';

/** Gives stolen tasks that were not begun back to their victims; what one does not take the gateway is told of. */
export async function handBack(board: EdgeBoard, thief: string, peers: PeerClients, log: Logger): Promise<void> {
  const back = async (task: EdgeTask) => {
    if (!(await handBackTask(task, thief, peers, log))) board.giveBack([task]);
  };
  await Promise.all(board.takeStolen().map(back));
}

/**
 * Gives one stolen task back; one that was not stolen is missed by the gateway soon.
 *
 * @returns false when its victim did not take it.
 */
export async function handBackTask(
  { frame, tile, attempt, victim }: EdgeTask,
  thief: string,
  peers: PeerClients,
  log: Logger,
): Promise<boolean> {
  if (victim === null) return true;
  const facts = { frame, tile, attempt, victim: victim.device };
  try {
    await peers.client(victim.address).call(CALLS.handBack, { path: { frame, tile }, json: { thief, attempt } });
    log.debug(facts, 'tile handed back');
    return true;
  } catch (error) {
    log.warn({ ...facts, err: error }, 'tile could not be handed back: the gateway is told');
    return false;
  }
}
