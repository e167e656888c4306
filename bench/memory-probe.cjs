// Loaded into a node's process by bench/memory.mjs (`--require`): on SIGUSR2 writes what V8 has for the main thread.
const { writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('SIGUSR2', () => {
    const { arrayBuffers, external, heapTotal } = process.memoryUsage();
    writeFileSync(
      `${process.env.MEMORY_PROBE_FOLDER}/${process.pid}.json`,
      JSON.stringify({ arrayBuffers, external, heapTotal }),
    );
  });
}
