// The duties that bench/exchange.mjs adds to a bare PUT, one step after the other: each step does all that those before it do.

/** In the order in which they are added. The last one is the path that members of a gang use. */
export const STEPS = [
  { name: 'bare', adds: 'undici and Fastify, a body each way' },
  { name: 'strips', adds: 'strips written as safetensors, and read with checks' },
  { name: 'digest', adds: 'CRC-32 of both bodies' },
  { name: 'token', adds: 'the token, compared in constant time' },
  { name: 'bounds', adds: 'bounds on bytes, of each client, and on time' },
  { name: 'contract', adds: "the contract's checks of path, query and answer" },
  { name: 'node', adds: "a node's hooks and headers; repetition and circuits" },
  { name: 'exchange', adds: 'the inbox, and the strips that a question waits for' },
];

/** @returns whether a step has the duty that `name` adds. */
export function reaches(step, name) {
  const at = (one) => STEPS.findIndex((other) => other.name === one);
  return at(step) >= at(name);
}
