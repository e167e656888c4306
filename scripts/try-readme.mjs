// Runs the commands of the README's section "Try it", as they stand there, as a stranger does: in a fresh clone of the
// commit that is checked out here, in an empty folder, with an empty home and npm cache and nothing of this environment.
// What the README starts and leaves running gets a Ctrl-C before the README's next `npm ci`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readmeCommands } from './readme-commands.mjs';
import { killGroup, RunningStart } from './running-start.mjs';

// On two quiet cores the first takes about half a minute, of which most is `npm ci`; the registry may be slow.
const START_LIMIT_MS = 300_000;
const COMMAND_LIMIT_MS = 600_000;
const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
// How a machine reaches the registry, and where test reports go.
const KEPT =
  /^(PATH|LANG|TERM|TMPDIR|TEST_REPORT|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(https?|no)_proxy|npm_config_registry)$/i;
/** Warnings of npm that this repository causes. Others come and go with what its dependencies depend on. */
const OUR_WARNINGS =
  /^npm warn .*(Unknown .* config|install-scripts|allow-?scripts|EBADENGINE|EOVERRIDE|ERESOLVE).*$/gim;

const folder = mkdtempSync(join(tmpdir(), 'deepthings-readme-'));
const clone = join(folder, 'deepthings');
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name))),
  HOME: join(folder, 'home'),
};
const running = new Set();
const times = [];

function refuseOurWarnings(output) {
  const warnings = output.match(OUR_WARNINGS);
  if (warnings !== null) throw new Error(`npm warns because of this repository:\n${warnings.join('\n')}`);
}

async function runToItsEnd(command) {
  const child = spawn('bash', ['-c', command], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const group = { kill: () => killGroup(child.pid) };
  running.add(group);
  const timer = setTimeout(() => group.kill(), COMMAND_LIMIT_MS);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    process.stdout.write(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
    process.stderr.write(text);
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  running.delete(group);
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}`);
  refuseOurWarnings(errors);
  if (/^curl /m.test(command)) requireDetections(output);
}

function requireDetections(output) {
  const { state, detections } = JSON.parse(output);
  if (state !== 'complete' || detections.length === 0) throw new Error(`nothing was found: ${output}`);
}

async function startAndLeave(command) {
  const start = new RunningStart(command, { cwd: clone, env });
  running.add(start);
  await start.untilReady(START_LIMIT_MS);
  refuseOurWarnings(start.output);
  return start;
}

async function endOf(start) {
  if (start === null) return;
  await start.interrupt();
  running.delete(start);
}

async function timed(command, act) {
  process.stdout.write(`\ntry-readme: ${command.replaceAll('\n', '; ')}\n`);
  const startedAt = Date.now();
  try {
    return await act();
  } catch (error) {
    throw new Error(`${command}\nfails for a stranger: ${error.message}`, { cause: error });
  } finally {
    times.push(`${((Date.now() - startedAt) / 1000).toFixed(1)} s: ${command.replaceAll('\n', '; ')}`);
  }
}

async function tryReadme() {
  mkdirSync(env.HOME);
  const cloned = spawnSync('git', ['clone', '--quiet', CHECKOUT, clone], { stdio: 'inherit' });
  if (cloned.status !== 0) throw new Error('the checkout could not be cloned');
  if (existsSync(join(clone, '../shared'))) throw new Error('a stranger has no ../shared');
  const commands = readmeCommands(readFileSync(join(clone, 'README.md'), 'utf8'), 'Try it');
  let start = null;
  for (const command of commands) {
    if (/\bnpm ci\b/.test(command)) {
      await endOf(start);
      start = null;
    }
    if (/\bnpm start\b/.test(command)) start = await timed(command, () => startAndLeave(command));
    else await timed(command, () => runToItsEnd(command));
  }
  await endOf(start);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.once('exit', () => {
  for (const left of running) left.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});
try {
  await tryReadme();
} catch (error) {
  process.stderr.write(`try-readme: ${error.message}\n`);
  process.exitCode = 1;
}
process.stdout.write(
  `\ntry-readme: a fresh clone, an empty home, no ../shared\n${times.map((time) => `  ${time}\n`).join('')}`,
);
if (process.exitCode) process.exit();
