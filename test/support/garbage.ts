import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects garbage, twice: what a finalizer frees in the first run goes in the second. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let run = 0; run < 2; run++) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}
