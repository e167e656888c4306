// How fast the digests that Node has in itself are over bodies as nodes send them: GB/s of CRC-32 (what bodies carry), SHA-256
// (the one algorithm of RFC 9530 besides SHA-512 that is not deprecated) and others. Medians of ROUNDS rounds, one after another, so
// that what else the machine does strikes all alike.
// Usage: node bench/digest.mjs [MiB of a body]
import { createHash, randomFillSync } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ROUNDS = 9;
const ROUND_MS = 100;
const bytes = Number(process.argv[2] ?? 1) * 2 ** 20;
const body = randomFillSync(Buffer.alloc(bytes));

const hash = (name) => [name, () => createHash(name).update(body).digest()];
const digests = [['crc32', () => crc32(body)], ...['sha256', 'sha512', 'sha1', 'md5', 'blake2b512'].map(hash)];

/** @returns bytes a nanosecond, which are GB/s. */
function round(digest) {
  const startMs = performance.now();
  let runs = 0;
  let tookMs = 0;
  for (; tookMs < ROUND_MS; tookMs = performance.now() - startMs) {
    digest();
    runs++;
  }
  return (runs * bytes) / tookMs / 1e6;
}

const speeds = new Map(digests.map(([name]) => [name, []]));
for (let i = 0; i < ROUNDS; i++) for (const [name, digest] of digests) speeds.get(name).push(round(digest));
process.stdout.write(`a body of ${bytes / 2 ** 20} MiB, Node ${process.version} on ${process.arch}\n`);
for (const [name, all] of speeds) {
  const median = all.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  process.stdout.write(`${name.padEnd(11)} ${median.toFixed(2).padStart(6)} GB/s\n`);
}
