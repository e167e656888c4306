import type { Logger } from '../node/logger.js';
import type { PeerClients } from '../node/peer-clients.js';
import type { TaskBoard } from './task-board.js';

const HAND_BACK_TIMEOUT_MS = 500;

/** Gives stolen tasks that were not begun back to their victims; one that does not answer has them expire instead. */
export async function handBack(board: TaskBoard, thief: string, peers: PeerClients, log: Logger): Promise<void> {
  const stolen = board.takeStolen();
  await Promise.all(
    stolen.map(async ({ frame, tile, attempt, victim }) => {
      if (victim === null) return;
      try {
        await peers.client(victim.address).call('returnTask', {
          path: { frame, tile },
          json: { thief, attempt },
          timeoutMs: HAND_BACK_TIMEOUT_MS,
        });
        log.debug({ frame, tile, attempt, victim: victim.device }, 'tile handed back');
      } catch (error) {
        log.warn({ frame, tile, attempt, victim: victim.device, err: error }, 'tile could not be handed back');
      }
    }),
  );
}
