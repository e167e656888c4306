// Builds what `npm start` and the tests run, when it is not there or older than what it is made of: building each time
// would take longer than the cluster takes to start.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['server', 'client', 'dashboard', 'package.json', 'tsconfig.json', 'vite.server.config.ts'];
// npm writes it with every change of the packages: they are part of what is built.
const PACKAGES = 'node_modules/.package-lock.json';
// The page is what `npm run build` writes last.
const BUILT = ['dist/server/cli/main.js', 'dist/dashboard/index.html'];

function newest(path) {
  const facts = statSync(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

const sources = existsSync(PACKAGES) ? [...SOURCES, PACKAGES] : SOURCES;
const stale = BUILT.some((file) => !existsSync(file)) || Math.max(...sources.map(newest)) > newest(BUILT[1]);
if (stale) {
  process.stderr.write('Building …\n');
  execSync('npm run --silent build', { stdio: 'inherit' });
}
