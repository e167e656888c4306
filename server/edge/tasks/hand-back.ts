import { CALLS } from '../../node/contract/calls.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';

/** Gives stolen tasks that were not begun back to their victims. */
export async function handBackStolen(edge: EdgeDevice, board: EdgeBoard): Promise<void> {
  await Promise.all(board.takeStolen().map((task) => handBackTask(edge, board, task)));
}

/**
 * Gives one stolen task back; one that its victim does not take the gateway is told of, and one that was not stolen the
 * gateway misses soon.
 */
export async function handBackTask(edge: EdgeDevice, board: EdgeBoard, task: EdgeTask): Promise<void> {
  const { frame, tile, attempt, victim } = task;
  if (victim === null) return;
  const { log, remote, self } = edge;
  const facts = { frame, tile, attempt, victim: victim.device };
  const json = { thief: self.device, attempt };
  try {
    await remote.peers.client(victim.address).call(CALLS.handBack, { path: { frame, tile }, json });
    log.debug(facts, 'tile handed back');
  } catch (error) {
    log.warn({ ...facts, err: error }, 'tile could not be handed back: the gateway is told');
    board.giveBack([task]);
  }
}
