import { setTimeout as pause } from 'node:timers/promises';
import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { GATEWAY_ID } from '../../config/defaults.js';
import { DeepThingsError } from '../../errors.js';
import { openGateway } from '../gateway/gateway-access.js';
import type { TlsOptions } from '../gateway/gateway-tls.js';
import { explainFailure } from '../terminal/explain-failure.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatCount } from '../terminal/quantities.js';
import { printLine } from '../terminal/terminal.js';

export interface DrainOptions extends TlsOptions {
  readonly config: string;
  readonly gateway?: string;
  readonly wait?: boolean;
  readonly resume?: boolean;
}

type Answer = Schemas['DrainAnswer'];

const LOOK_EVERY_MS = 200;

/** `deepthings drain`. */
export async function runDrain(node: string, options: DrainOptions): Promise<void> {
  if (options.wait && options.resume) {
    throw new DeepThingsError('DT_USAGE', '--wait is for draining: leave it or --resume out');
  }
  const { client, close } = await openGateway(options);
  try {
    await drainNode(client, node, options);
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    throw new DeepThingsError('DT_DRAIN', explainFailure(error, client.baseUrl), { cause: error });
  } finally {
    await close();
  }
}

async function drainNode(client: DeepThingsClient, node: string, { resume, wait }: DrainOptions): Promise<void> {
  const name = node === GATEWAY_ID ? 'the gateway' : `device ${node}`;
  if (resume) {
    await ask(client, node, 'resume');
    printLine(`${name} serves`);
    return;
  }
  let answer = await ask(client, node, 'drain');
  const progress = new ProgressLine();
  // Asked again it only says how far it is.
  while (wait && answer.state === 'draining') {
    progress.show(`Draining ${name}: ${left(node, answer)}`);
    await pause(LOOK_EVERY_MS);
    answer = await ask(client, node, 'drain');
  }
  progress.clear();
  printLine(answer.state === 'drained' ? `${name} is drained` : `${name} is draining: ${left(node, answer)}`);
}

async function ask(client: DeepThingsClient, node: string, what: 'drain' | 'resume'): Promise<Answer> {
  const answer =
    node === GATEWAY_ID
      ? await client.call(what)
      : await client.call(what === 'drain' ? 'drainDevice' : 'resumeDevice', { path: { device: node } });
  return answer.json!;
}

function left(node: string, answer: Answer): string {
  return `${formatCount(answer.left, node === GATEWAY_ID ? 'frame' : 'task')} left`;
}
