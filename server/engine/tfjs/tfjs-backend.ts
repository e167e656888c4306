import { createRequire } from 'node:module';
import { DeepThingsError } from '../../errors.js';
import type { EngineOptions } from '../inference-engine.js';
import { defineRemovedUtil } from './removed-util.js';

/** TensorFlow.js; its whole comes with tfjs-node, its core alone with the other backends. */
export type Tfjs = typeof import('@tensorflow/tfjs-core');

/** Loads a package by its name, as `require` does. */
export type PackageLoader = (name: string) => unknown;

export interface TfjsBackend {
  readonly tfjs: Tfjs;
  /** As cluster.yaml has it. */
  readonly name: 'node' | 'wasm' | 'cpu';
  /** As TensorFlow.js has it. */
  readonly registeredName: string;
  readonly threads: number;
  readonly remark: string | null;
}

/** An optional peer dependency, and what installs it: without `--save-prod` npm leaves a peer as the lock file has it, out. */
const NODE_PACKAGE = '@tensorflow/tfjs-node';
const INSTALL_NODE = `npm install --no-save --save-prod ${NODE_PACKAGE}@4.22.0`;

// By `require`: tfjs-node is a CommonJS package, and the others come as one large file each that way.
const requirePackage: PackageLoader = createRequire(import.meta.url);

/**
 * Loads a backend. `auto` takes tfjs-node where it is installed, and WASM otherwise; so it does where tfjs-node is
 * installed and does not work, and says so.
 *
 * @throws DT_ENGINE_LOAD when it cannot be loaded here.
 */
export async function loadTfjsBackend(
  { backend, threads }: EngineOptions,
  load: PackageLoader = requirePackage,
): Promise<TfjsBackend> {
  if (backend === 'node') return loadNodeBackend(threads, load);
  if (backend === 'wasm' || backend === 'cpu') return loadPortableBackend(backend, null, load);
  try {
    return await loadNodeBackend(threads, load);
  } catch (error) {
    const remark = isNotInstalled(error) ? null : `${(error as Error).message}; WASM computes instead`;
    return loadPortableBackend('wasm', remark, load);
  }
}

async function loadNodeBackend(threads: number, load: PackageLoader): Promise<TfjsBackend> {
  // Read by the native library when it starts. Its notes about the processor would go to our standard error.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  defineRemovedUtil();
  try {
    const tfjs = load(NODE_PACKAGE) as Tfjs;
    return await ready(tfjs, { name: 'node', registeredName: 'tensorflow', threads, remark: null });
  } catch (cause) {
    const remedy = isMissing(cause)
      ? `it is not installed: run ${INSTALL_NODE}, or write backend: wasm`
      : String(cause);
    throw new DeepThingsError('DT_ENGINE_LOAD', `${NODE_PACKAGE} cannot be loaded: ${remedy}`, { cause });
  }
}

/** Both compute with one thread: TensorFlow.js has threads for WASM in browsers only. */
async function loadPortableBackend(
  name: 'wasm' | 'cpu',
  remark: string | null,
  load: PackageLoader,
): Promise<TfjsBackend> {
  try {
    const tfjs = load('@tensorflow/tfjs-core') as Tfjs;
    load(`@tensorflow/tfjs-backend-${name}`);
    return await ready(tfjs, { name, registeredName: name, threads: 1, remark });
  } catch (cause) {
    const message = `the ${name} backend of TensorFlow.js cannot be loaded: ${String(cause)}`;
    throw new DeepThingsError('DT_ENGINE_LOAD', message, { cause });
  }
}

/** Makes TensorFlow.js compute with a backend: a thread has one of it, and that one backend at a time. */
export async function selectBackend({ tfjs, registeredName }: TfjsBackend): Promise<void> {
  while (tfjs.getBackend() !== registeredName) await tfjs.setBackend(registeredName);
}

async function ready(tfjs: Tfjs, backend: Omit<TfjsBackend, 'tfjs'>): Promise<TfjsBackend> {
  // Without its advice on standard error, and without looking for NaN in every result.
  tfjs.enableProdMode();
  if (!(await tfjs.setBackend(backend.registeredName))) throw new Error(`${backend.registeredName} does not start`);
  tryToConvolve(tfjs);
  return { tfjs, ...backend };
}

/**
 * Computes one value. A backend can start and still fail at its first operation, where its own code calls what this
 * version of Node does not have.
 *
 * @throws Error of the backend, or when the value is wrong.
 */
function tryToConvolve(tfjs: Tfjs): void {
  const output = tfjs.tidy(() =>
    tfjs.fused.conv2d({
      x: tfjs.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]),
      filter: tfjs.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]),
      bias: tfjs.tensor1d([5]),
      strides: 1,
      pad: 'valid',
      activation: 'relu',
    }),
  );
  const [value] = output.dataSync();
  output.dispose();
  if (value !== 35) throw new Error(`the ${tfjs.getBackend()} backend computes ${value} where 35 is right`);
}

function isNotInstalled(error: unknown): boolean {
  return error instanceof DeepThingsError && isMissing(error.cause);
}

/** Whether it is tfjs-node itself that is not there, and not a part of it. */
function isMissing(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' && message.includes(`'${NODE_PACKAGE}'`);
}
