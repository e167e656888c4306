// Builds what `npm start` runs, when it is not there or older than its sources: asking the compiler each time would take
// longer than the cluster takes to start.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['server', 'client', 'dashboard', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
// The page is what `npm run build` writes last.
const BUILT = ['dist/.tsbuildinfo', 'dist/dashboard/index.html'];

function newest(path) {
  const facts = statSync(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}

const stale = BUILT.some((file) => !existsSync(file)) || Math.max(...SOURCES.map(newest)) > newest(BUILT[1]);
if (stale) {
  process.stderr.write('Building …\n');
  execSync('npm run --silent build', { stdio: 'inherit' });
}
