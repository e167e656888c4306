import { createRequire } from 'node:module';
import util from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardEngine } from '../../../server/engine/guarded-engine.js';
import { loadTfjsBackend, type PackageLoader, type Tfjs } from '../../../server/engine/tfjs/tfjs-backend.js';
import { createTfjsEngine } from '../../../server/engine/tfjs/tfjs-engine.js';
import { synthesizeWeights } from '../../../server/formats/darknet/weights/synthetic-weights.js';
import { convolution, networkOf } from '../../model/small-networks.js';
import { loadLayers } from '../../support/load-layers.js';
import { hasTfjsNode } from '../engine-cases.js';

const require = createRequire(import.meta.url);
const NODE = '@tensorflow/tfjs-node';

/** The real packages but tfjs-node, in whose place there is something else. */
function loaderWith(nodePackage: () => unknown): PackageLoader {
  return (name) => (name === NODE ? nodePackage() : require(name));
}

function missing(what: string): never {
  throw Object.assign(new Error(`Cannot find module '${what}'\nRequire stack:\n- here`), { code: 'MODULE_NOT_FOUND' });
}

const notInstalled = loaderWith(() => missing(NODE));
const withoutBinary = loaderWith(() => {
  throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found');
});
const withoutItsPart = loaderWith(() => missing('@mapbox/node-pre-gyp'));

/** What the backends set for TensorFlow's native library is not to stay. */
const settings = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'TF_CPP_MIN_LOG_LEVEL'];
const before = settings.map((name) => process.env[name]);
afterAll(() => {
  for (const [index, name] of settings.entries()) {
    const value = before[index];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

// Beside the real one, which engine-cases.ts has loaded, there is no room for a stand-in.
describe.skipIf(hasTfjsNode)('where tfjs-node is installed', () => {
  /** As tfjs-node does, it registers a backend named tensorflow; this one computes with the kernels of `cpu`. */
  let standIn: Tfjs;
  beforeAll(() => {
    standIn = require('@tensorflow/tfjs-core') as Tfjs;
    require('@tensorflow/tfjs-backend-cpu');
    standIn.copyRegisteredKernels('cpu', 'tensorflow');
    standIn.registerBackend('tensorflow', () => standIn.findBackendFactory('cpu')());
  });
  afterAll(() => standIn.removeBackend('tensorflow'));

  it.each(['auto', 'node'])('%s takes it, with as many threads as are wanted', async (backend) => {
    const options = { backend, threads: 3 };
    const loaded = await loadTfjsBackend(
      options,
      loaderWith(() => standIn),
    );
    expect(loaded).toMatchObject({ name: 'node', registeredName: 'tensorflow', threads: 3, remark: null });
    expect(process.env.TF_NUM_INTRAOP_THREADS).toBe('3');
  });

  it('the engine computes with it', async () => {
    const network = networkOf({ channels: 2, height: 4, width: 4 }, [convolution()]);
    const { weights } = synthesizeWeights(network, 1);
    const graph = { name: 'one', firstLayer: 0, layers: network.layers, weights, padding: 'layers' } as const;
    const block = { data: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)), shape: network.input };
    const outputs = [];
    for (const backend of ['node', 'wasm']) {
      const engine = guardEngine(
        await createTfjsEngine(
          { backend, threads: 1 },
          loaderWith(() => standIn),
        ),
      );
      expect(engine.backend).toBe(backend);
      const loaded = await loadLayers(engine, graph);
      outputs.push((await loaded.run(block)).data);
      // The other engine computes in between: each has its own backend.
      expect(standIn.getBackend()).toBe(backend === 'node' ? 'tensorflow' : 'wasm');
      await loaded.release();
    }
    const [node, wasm] = outputs;
    expect(node!.every((value, i) => Math.abs(value - wasm![i]!) < 1e-5)).toBe(true);
  });

  describe('on Node 23 and later, where util has lost functions', () => {
    const functions = util as unknown as Record<string, unknown>;
    const names = ['isArray', 'isNullOrUndefined'];
    const had = names.map((name) => functions[name]);
    beforeAll(() => {
      for (const name of names) delete functions[name];
    });
    afterAll(() => {
      for (const [index, name] of names.entries()) functions[name] = had[index];
    });

    it('they are there when tfjs-node is loaded', async () => {
      let seen: unknown[] = [];
      const { name, remark } = await loadTfjsBackend(
        { backend: 'auto', threads: 1 },
        loaderWith(() => {
          // As `require` gives it to a CommonJS package.
          const { isArray, isNullOrUndefined } = require('node:util') as Record<string, (value: unknown) => boolean>;
          seen = [[], {}, null].map((value) => [isArray!(value), isNullOrUndefined!(value)]);
          seen.push(isNullOrUndefined!(undefined), isNullOrUndefined!(0));
          return standIn;
        }),
      );
      expect([name, remark]).toEqual(['node', null]);
      expect(seen).toEqual([[true, false], [false, false], [false, true], true, false]);
    });
  });

  describe('and loads, but cannot compute', () => {
    /** The stand-in, of which every convolution fails or is wrong. */
    const convolving = (conv2d: () => unknown) =>
      loaderWith(
        () => new Proxy(standIn, { get: (tfjs, name) => (name === 'fused' ? { conv2d } : tfjs[name as 'fused']) }),
      );
    const throwing = convolving(() => {
      throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function');
    });

    it.each([
      ['fails', throwing, 'util_1.isNullOrUndefined'],
      ['is wrong', convolving(() => standIn.tensor1d([7])), 'computes 7 where 35 is right'],
    ])('a convolution %s: auto takes WASM and says why', async (_what, load, why) => {
      const { name, remark } = await loadTfjsBackend({ backend: 'auto', threads: 1 }, load);
      expect([name, remark]).toEqual(['wasm', expect.stringContaining(why)]);
      expect(remark).toMatch(/; WASM computes instead$/);
    });

    it('node does not start', async () => {
      await expect(loadTfjsBackend({ backend: 'node', threads: 1 }, throwing)).rejects.toMatchObject({
        code: 'DT_ENGINE_LOAD',
        message: expect.stringContaining('util_1.isNullOrUndefined'),
      });
    });
  });

  it.each(['wasm', 'cpu'])('%s is still what was asked for', async (backend) => {
    const loaded = await loadTfjsBackend(
      { backend, threads: 2 },
      loaderWith(() => standIn),
    );
    expect(loaded).toMatchObject({ name: backend, threads: 1, remark: null });
  });
});

describe('where it is not', () => {
  it('auto takes WASM, with nothing to remark', async () => {
    const loaded = await loadTfjsBackend({ backend: 'auto', threads: 1 }, notInstalled);
    expect(loaded).toMatchObject({ name: 'wasm', remark: null });
  });

  it('node says how to install it', async () => {
    await expect(loadTfjsBackend({ backend: 'node', threads: 1 }, notInstalled)).rejects.toMatchObject({
      code: 'DT_ENGINE_LOAD',
      message: expect.stringContaining('run npm install --no-save --save-prod @tensorflow/tfjs-node'),
    });
  });
});

describe('where it is installed and does not work', () => {
  it.each([
    ['its binary is missing', withoutBinary, 'tfjs_binding.node'],
    ['a part of it is missing', withoutItsPart, '@mapbox/node-pre-gyp'],
  ])('%s: auto takes WASM and says why', async (_what, load, why) => {
    const { name, remark } = await loadTfjsBackend({ backend: 'auto', threads: 1 }, load);
    expect([name, remark]).toEqual(['wasm', expect.stringMatching(`${NODE} cannot be loaded: .*${why}`)]);
    expect(remark).toMatch(/; WASM computes instead$/);
  });

  it('node fails with the reason', async () => {
    await expect(loadTfjsBackend({ backend: 'node', threads: 1 }, withoutBinary)).rejects.toMatchObject({
      code: 'DT_ENGINE_LOAD',
      message: expect.stringContaining('tfjs_binding.node'),
    });
  });

  it('so it is without the packages of WASM', async () => {
    await expect(loadTfjsBackend({ backend: 'wasm', threads: 1 }, (name) => missing(name))).rejects.toMatchObject({
      code: 'DT_ENGINE_LOAD',
    });
  });
});

describe('the real tfjs-node', () => {
  it('computes with it', async ({ skip }) => {
    if (!hasTfjsNode) skip(`${NODE} is not installed: ENGINE_CASES run without it`);
    const { name, version, backend, threads } = await createTfjsEngine({ backend: 'auto', threads: 2 });
    expect([name, backend, threads]).toEqual(['tfjs', 'node', 2]);
    expect(version).toMatch(/^4\./);
  });
});
