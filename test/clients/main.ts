import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { startTestCluster } from '../support/test-cluster.js';
import { type Attempt, attempts, type ClientFacts, type Seen } from './attempts.js';

const TOKEN = 'the-token-of-the-generated-clients';

/** What is wrong with what a client saw; a line for each. */
function mistakesOf(seen: Seen, facts: ClientFacts): string[] {
  const wrong: string[] = [];
  const expect = (holds: boolean, text: string) => {
    if (!holds) wrong.push(text);
  };
  expect(seen.state === 'complete', `the frame is ${seen.state}`);
  expect(seen.listed.includes(seen.frame), `the list has ${seen.listed.join(', ')}, not ${seen.frame}`);
  expect(seen.pictureBytes === facts.picture.byteLength, `the picture has ${seen.pictureBytes} bytes`);
  expect(seen.completed === seen.frame, `the events told that ${seen.completed} is complete`);
  expect(seen.refusedCode === 'DT_FRAME_UNKNOWN', `an unknown frame was refused with ${seen.refusedCode}`);
  return wrong;
}

async function tryClient({ name, make, use }: Attempt, folder: string, facts: ClientFacts): Promise<string[]> {
  const startedMs = performance.now();
  const wrong = await make(folder, facts)
    .then(() => use(folder, facts))
    .then((seen) => mistakesOf(seen, facts))
    .catch((error: Error) => [error.message]);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const verdict = wrong.length === 0 ? 'submits, waits, lists, reads pictures, events and problems' : 'FAILED';
  process.stdout.write(`${name.padEnd(40)} ${verdict} (${seconds} s)\n${wrong.map((line) => `  ${line}\n`).join('')}`);
  return wrong;
}

/** @returns the exit code. */
async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-clients-'));
  const cluster = await startTestCluster({ yaml: SMALL, devices: 1, token: TOKEN });
  try {
    const { address } = cluster.gateway;
    const contract = join(folder, 'openapi.json');
    const answer = await fetch(`${address}/openapi.json`, { headers: { authorization: `Bearer ${TOKEN}` } });
    await writeFile(contract, await answer.text());
    const facts: ClientFacts = { address, token: TOKEN, picture: await smallPicture(), contract };
    const wrong: string[] = [];
    for (const [n, attempt] of attempts.entries()) {
      wrong.push(...(await tryClient(attempt, join(folder, String(n)), facts)));
    }
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

process.exit(await main());
