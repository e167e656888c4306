import { type Later, VictimDirectory, type VictimRequest } from '../../scheduling/policy/victim-directory.js';

const byTimer: Later = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

export function createVictims(): VictimDirectory {
  return new VictimDirectory(byTimer);
}

/**
 * Asks for a victim for a thief, at once or within its time; null when there is none by then.
 *
 * @param gone aborted when the thief has hung up.
 */
export async function askForVictim(
  victims: VictimDirectory,
  request: VictimRequest,
  gone: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const hangUp = () => victims.hangUp(request.thief);
    gone.addEventListener('abort', hangUp, { once: true });
    victims.ask({ ...request, waitMs: gone.aborted ? 0 : request.waitMs }, (victim) => {
      gone.removeEventListener('abort', hangUp);
      resolve(victim);
    });
  });
}
