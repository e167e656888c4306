import { setTimeout as pause } from 'node:timers/promises';
import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { GATEWAY_ID } from '../../config/defaults.js';
import { DeepThingsError } from '../../errors.js';
import { askGateway, type GatewayChoice } from '../gateway/gateway-access.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatCount } from '../terminal/quantities.js';
import { printLine } from '../terminal/terminal.js';

export interface DrainOptions extends GatewayChoice {
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
  await askGateway(options, 'DT_DRAIN', (client) => drainNode(client, node, options));
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
