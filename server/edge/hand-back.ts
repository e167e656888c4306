import { CALLS } from '../node/calls.js';
import type { Logger } from '../node/logger.js';
import type { PeerClients } from '../node/peer-clients.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';

/** Gives stolen tasks that were not begun back to their victims; one that does not answer has them expire instead. */
export async function handBack(board: EdgeBoard, thief: string, peers: PeerClients, log: Logger): Promise<void> {
  await Promise.all(board.takeStolen().map((task) => handBackTask(task, thief, peers, log)));
}

/** Gives one stolen task back; one that was not stolen is missed by the gateway soon. */
export async function handBackTask(
  { frame, tile, attempt, victim }: EdgeTask,
  thief: string,
  peers: PeerClients,
  log: Logger,
): Promise<void> {
  if (victim === null) return;
  const facts = { frame, tile, attempt, victim: victim.device };
  try {
    await peers.client(victim.address).call(CALLS.handBack, { path: { frame, tile }, json: { thief, attempt } });
    log.debug(facts, 'tile handed back');
  } catch (error) {
    log.warn({ ...facts, err: error }, 'tile could not be handed back');
  }
}
