// Makes clients of the contract by other people's generators and uses each at a cluster: test/clients/. `npm run clients` needs a package registry.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

await runnerImport(fileURLToPath(new URL('../test/clients/main.ts', import.meta.url)));
