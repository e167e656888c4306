// Loaded into a node (--import) by bench/event-loop.mjs: measures the CPU time of the main thread between turns of its
// event loop, which is at least that of the longest callback in it. Reports on SIGUSR2 and starts anew.
import { openSync, readSync } from 'node:fs';

const buffer = Buffer.alloc(128);
const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');

/** CPU time of the main thread so far, in ms. */
function mainThreadMs() {
  const length = readSync(file, buffer, 0, buffer.length, 0);
  return Number.parseInt(buffer.toString('latin1', 0, length), 10) / 1e6;
}

let last = mainThreadMs();
let longest = [];
function turn() {
  const now = mainThreadMs();
  const spent = now - last;
  last = now;
  if (spent > 1) longest = [...longest, spent].sort((a, b) => b - a).slice(0, 10);
  setImmediate(turn);
}
turn();

process.on('SIGUSR2', () => {
  process.stderr.write(`loop-probe ${JSON.stringify(longest.map((ms) => Math.round(ms * 10) / 10))}\n`);
  longest = [];
});
