// Asks a cluster of real processes for twice what it can do: test/soak/. `npm run soak -- --help` says how.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('../test/soak/main.ts', import.meta.url)));
process.exit(await module.main(process.argv.slice(2)));
