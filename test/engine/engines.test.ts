import { describe, expect, it } from 'vitest';
import { createEngine, ENGINE_NAMES } from '../../server/engine/engines.js';

describe('createEngine', () => {
  it.each(ENGINE_NAMES)('makes %s, which says its name and version', async (name) => {
    expect(await createEngine(name)).toMatchObject({ name, version: expect.stringMatching(/^\d+\.\d+/) });
  });

  it.each(['tensorrt', 'constructor'])('refuses %s', async (name) => {
    await expect(createEngine(name)).rejects.toMatchObject({ code: 'DT_ENGINE_NAME' });
  });
});
