import { useMemo } from 'preact/hooks';
import { usePaced } from '../../components/use-paced.js';
import type { Frame } from '../../contract-types.js';
import { latestResults } from '../../state/results.js';

/** Each time the pictures of new results are asked for. */
const FOLLOW_EVERY_MS = 2_000;

/** The latest results, newest first; of a fast camera new ones once in a while, for each has a picture to fetch. */
export function useResults(frames: readonly Frame[]): readonly Frame[] {
  const results = latestResults(frames);
  const key = results.map(({ id, state }) => `${id} ${state}`).join();
  return usePaced(
    useMemo(() => results, [key]),
    FOLLOW_EVERY_MS,
  );
}
