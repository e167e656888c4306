// Builds @tensorflow/tfjs-node against TensorFlow's C library from PyPI, outside this checkout, and runs the engine tests and a
// cluster on it: node scripts/with-tfjs-node.mjs
// or another command: node scripts/with-tfjs-node.mjs node bench/engines.mjs --engines onnxruntime,tfjs:node,tfjs:wasm
// tfjs-node's own install script downloads that library from elsewhere; a package registry is all that this needs.
// Linux on x86-64 with a C++ compiler, make and Python 3. Where pip does not answer it says so and ends with 0.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TFJS = '4.22.0';
const TENSORFLOW = '2.20.0';
const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'deepthings',
  `tfjs-node-${TFJS}-tensorflow-${TENSORFLOW}`,
);
const PACKAGE = join(CACHE, 'node_modules/@tensorflow/tfjs-node');
/** Written last: what is there without it was broken off. */
const DONE = join(CACHE, 'done');
const TESTS = ['--project', 'quick', '--project', 'slow', 'test/engine', 'test/cluster/tfjs-node.slow.test.ts'];
/** What pip says of an index that it cannot reach. */
const NO_ANSWER =
  /connection|timed? ?out|max retries|name resolution|network is unreachable|proxyerror|sslerror|(?:HTTP error|error code:?) 5\d\d/i;

function say(line) {
  process.stdout.write(`tfjs-node: ${line}\n`);
}

/** @throws Error with the end of what the command printed, when it fails. */
function run(command, args, options = {}) {
  const { error, status, stderr, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    ...options,
  });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args[0]} ended with ${status}:\n${`${stdout}${stderr}`.slice(-4_000)}`);
  return stdout;
}

/** @returns why there is no wheel; null when it is there. */
function downloadTensorflow() {
  const wanted = ['--python-version', '3.10', '--only-binary=:all:', '--platform', 'manylinux2014_x86_64'];
  const limits = ['--timeout', '15', '--retries', '1', '--disable-pip-version-check', '--progress-bar', 'off'];
  try {
    run('python3', [
      '-m',
      'pip',
      'download',
      '--no-deps',
      `tensorflow-cpu==${TENSORFLOW}`,
      ...wanted,
      ...limits,
      '-d',
      CACHE,
    ]);
    return null;
  } catch (error) {
    if (error.code === 'ENOENT') return 'there is no python3';
    if (/No module named pip/.test(error.message)) return 'there is no pip';
    const why = error.message.split('\n').find((line) => NO_ANSWER.test(line));
    if (why !== undefined) return `pip has no answer from its index: ${why.trim()}`;
    throw error;
  }
}

/** Of the wheel the C library and its headers alone; Node cannot read ZIP files, and Python is there where pip is. */
function unpackTensorflow() {
  const program = `
import glob, os, sys, zipfile
for wheel in glob.glob(os.path.join(sys.argv[1], 'tensorflow_cpu-*.whl')):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(sys.argv[1], [n for n in names if n.startswith(('tensorflow/libtensorflow', 'tensorflow/include/'))])
    os.remove(wheel)
`;
  run('python3', ['-c', program, CACHE]);
}

/** Where headers of this Node are: beside it, or where the system's package puts them. The addon is of Node-API, so any do. */
function nodeFolder() {
  const folders = [dirname(dirname(process.execPath)), '/usr', '/usr/local'];
  const found = folders.find((folder) => existsSync(join(folder, 'include/node/node_api.h')));
  if (found === undefined) throw new Error(`no headers of Node in ${folders.join(', ')} (include/node/node_api.h)`);
  return found;
}

function buildAddon() {
  writeFileSync(join(CACHE, 'package.json'), '{ "private": true }\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  run('npm', ['install', ...quiet, `@tensorflow/tfjs-node@${TFJS}`], { cwd: CACHE });
  const libraries = join(PACKAGE, 'deps/lib');
  mkdirSync(libraries, { recursive: true });
  symlinkSync(join(CACHE, 'tensorflow/include'), join(PACKAGE, 'deps/include'));
  for (const [file, name] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ]) {
    symlinkSync(join(CACHE, 'tensorflow', file), join(libraries, file));
    symlinkSync(file, join(libraries, name));
  }
  const gyp = join(run('npm', ['root', '-g']).trim(), 'npm/node_modules/node-gyp/bin/node-gyp.js');
  const module = [
    '--module_name=tfjs_binding',
    `--module_path=${join(PACKAGE, 'lib/napi-v8')}`,
    '--napi_build_version=8',
  ];
  run(process.execPath, [gyp, 'rebuild', `--nodedir=${nodeFolder()}`, ...module], { cwd: PACKAGE });
}

/** @returns false when pip does not answer. */
function makeReady() {
  if (existsSync(DONE)) {
    say(`as it was built: ${CACHE}`);
    return true;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('this needs Linux on x86-64');
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const startMs = Date.now();
  const missing = downloadTensorflow();
  if (missing !== null) {
    say(`NOT TRIED: ${missing}`);
    return false;
  }
  unpackTensorflow();
  buildAddon();
  writeFileSync(DONE, `${process.version}\n`);
  say(`built in ${Math.round((Date.now() - startMs) / 1_000)} s: ${CACHE}`);
  return true;
}

if (makeReady()) {
  const [command = process.execPath, ...given] = process.argv.slice(2);
  const args = process.argv.length > 2 ? given : [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), 'run', ...TESTS];
  // What `require` does not find in this checkout it looks for there, in threads and processes of nodes too.
  const env = { ...process.env, NODE_PATH: join(CACHE, 'node_modules'), REQUIRE_TFJS_NODE: '1' };
  const { error, status } = spawnSync(command, args, { cwd: CHECKOUT, env, stdio: 'inherit' });
  if (error !== undefined) throw error;
  process.exitCode = status ?? 1;
}
