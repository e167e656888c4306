import { describe, expect, it } from 'vitest';
import { backendsOf, createEngine, ENGINE_NAMES } from '../../server/engine/engines.js';
import { ENGINE_CASES } from './engine-cases.js';

describe('createEngine', () => {
  it.each(ENGINE_CASES)('makes $label, which says what it is', async ({ name, backend, create }) => {
    expect(await create()).toMatchObject({ name, backend, version: expect.stringMatching(/^\d+\.\d+/), threads: 1 });
  });

  it.each(ENGINE_NAMES)('makes %s with its default backend, without a remark', async (name) => {
    expect(await createEngine(name)).toMatchObject({ name, remark: null });
  });

  it('says how many threads it uses, whatever it was given', async () => {
    expect(await createEngine('onnxruntime', { threads: 2 })).toMatchObject({ threads: 2 });
    expect(await createEngine('tfjs', { backend: 'wasm', threads: 2 })).toMatchObject({ threads: 1 });
  });

  it.each([
    ['onnxruntime', 'wasm', /has none to choose/],
    ['tfjs', 'webgl', /choose one of auto, node, wasm, cpu/],
  ])('refuses %s with the backend %s', async (name, backend, message) => {
    const refused = { code: 'DT_ENGINE_NAME', message: expect.stringMatching(message) };
    await expect(createEngine(name, { backend })).rejects.toMatchObject(refused);
  });

  it('knows the backends of each', () => {
    expect(ENGINE_NAMES.map((name) => [name, backendsOf(name)])).toEqual([
      ['onnxruntime', []],
      ['tfjs', ['auto', 'node', 'wasm', 'cpu']],
    ]);
  });

  it.each(['tensorrt', 'constructor'])('refuses %s', async (name) => {
    await expect(createEngine(name)).rejects.toMatchObject({ code: 'DT_ENGINE_NAME' });
  });
});
