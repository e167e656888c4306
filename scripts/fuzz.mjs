// Sends a cluster of real processes whatever can be sent wrongly: test/fuzz/. `npm run fuzz -- --help` says how.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

// The program ends within the import: after it nothing can be imported, not even an engine when it is wanted.
await runnerImport(fileURLToPath(new URL('../test/fuzz/main.ts', import.meta.url)));
