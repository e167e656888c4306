// Tries hard to break clusters of real processes: test/chaos/. `npm run chaos -- --help` says how.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

// The program ends within the import: after it nothing can be imported, not even an engine when it is wanted.
await runnerImport(fileURLToPath(new URL('../test/chaos/main.ts', import.meta.url)));
