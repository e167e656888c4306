// Sends a cluster of real processes whatever can be sent wrongly: test/fuzz/. `npm run fuzz -- --help` says how.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('../test/fuzz/main.ts', import.meta.url)));
process.exit(await module.main(process.argv.slice(2)));
