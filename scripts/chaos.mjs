// Tries hard to break clusters of real processes: test/chaos/. `npm run chaos -- --help` says how.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('../test/chaos/main.ts', import.meta.url)));
process.exit(await module.main(process.argv.slice(2)));
