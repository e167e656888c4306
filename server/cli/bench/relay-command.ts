import { once } from 'node:events';
import { type RelayRoute, startRelay } from '../../evaluation/hosts/relay.js';
import { ProcessEnd } from '../process-end.js';
import { reportError } from '../terminal/report-error.js';

/** `deepthings bench relay`: told over its channel where to lead to, and ends when that breaks. */
export async function runRelay(): Promise<void> {
  new ProcessEnd({ supervised: true });
  const [{ routes }] = (await once(process, 'message')) as [{ routes: readonly RelayRoute[] }];
  try {
    await startRelay(routes);
    process.send?.('started');
  } catch (error) {
    // The routes that could be opened must not keep the process.
    process.exit(reportError(error));
  }
}
