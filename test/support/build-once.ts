import { execFileSync } from 'node:child_process';

/** Tests start real processes and worker threads, which run what was built: bring it up to date first. */
export default function buildOnce(): void {
  execFileSync(process.execPath, ['scripts/build-if-stale.mjs'], { stdio: 'inherit' });
}
