import { execFileSync } from 'node:child_process';

/** Tests start real processes and worker threads, which run the compiled code: bring it up to date first. */
export default function buildOnce(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
