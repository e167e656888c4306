// CPU of undici's request and of its fetch for the same calls: what docs/decisions/0001 rests on.
import { createServer } from 'node:http';
import { Agent, fetch } from 'undici';

const CALLS = 2_000;
const ROUNDS = 5;
const body = Buffer.alloc(100 * 1024, 7);

const server = createServer((request, response) => {
  request.on('data', () => {}).on('end', () => response.end('{"status":"accepted"}'));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const agent = new Agent({ connections: 1 });

async function withRequest() {
  const answer = await agent.request({ origin, path: '/', method: 'POST', body });
  await answer.body.json();
}

async function withFetch() {
  const answer = await fetch(origin, { method: 'POST', body, dispatcher: agent });
  await answer.json();
}

async function cpuMs(call) {
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / CALLS;
}

const rows = [];
for (let round = 0; round < ROUNDS; round++) rows.push([await cpuMs(withRequest), await cpuMs(withFetch)]);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const request = median(rows.map(([first]) => first));
const viaFetch = median(rows.map(([, second]) => second));
process.stdout.write(
  `CPU a call, both ends, median of ${ROUNDS} rounds of ${CALLS}: request ${request.toFixed(3)} ms, ` +
    `fetch ${viaFetch.toFixed(3)} ms, ratio ${(request / viaFetch).toFixed(2)}\n`,
);
await agent.close();
server.close();
