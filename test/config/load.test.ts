import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadClusterConfig } from '../../server/config/load.js';
import { ConfigError } from '../../server/config/source/problem.js';
import { DeepThingsError } from '../../server/errors.js';
import { propertyRuns } from '../support/property-runs.js';
import { problemLines, REQUIRED, resolveText } from './problem-lines.js';

const SHIPPED = new URL('../../cluster.yaml', import.meta.url).pathname;

describe('what is resolved', () => {
  test('the shipped cluster.yaml', async () => {
    const config = await loadClusterConfig(SHIPPED, {});
    expect(config.file).toBe(SHIPPED);
    expect(config.name).toBe('workshop');
    expect(config.model).toEqual({ name: 'nanodet', threshold: 0.4, nms: 0.6 });
    expect(config.gateway).toEqual({
      id: 'gateway',
      address: 'http://127.0.0.1:8080',
      listen: { host: '127.0.0.1', port: 8080 },
      engine: { name: 'onnxruntime', backend: null, threads: 1 },
      compute: 'auto',
    });
    expect(config.devices.map((device) => [device.id, device.address])).toEqual([
      ['e0', 'http://127.0.0.1:8081'],
      ['e1', 'http://127.0.0.1:8082'],
      ['e2', 'http://127.0.0.1:8083'],
    ]);
  });

  test('says nothing but what the defaults say as well, the name and what follows from it apart', async () => {
    const { file: _, ...shipped } = await loadClusterConfig(SHIPPED, {});
    const { file: __, ...bare } = await resolveText(REQUIRED.replace('face-detector', 'nanodet'));
    const store = { ...shipped.store, path: bare.store.path };
    expect({ ...shipped, name: bare.name, devices: bare.devices, store }).toEqual(bare);
  });

  test('defaults', async () => {
    expect(await resolveText(REQUIRED)).toMatchObject({
      name: 'deepthings',
      model: { threshold: 0.5, nms: 0.4 },
      gateway: { engine: { name: 'onnxruntime', backend: null, threads: 1 } },
      partition: { grid: { rows: 3, columns: 3 }, fusedDepth: 'auto' },
      schedule: {
        strategy: 'auto',
        order: 'adaptive',
        prefetch: 1,
        faithful: false,
        steal: { waitMs: 20_000, pollMs: 100 },
        lease: { factor: 3, floorMs: 2_000, waitingMs: 10_000, attempts: 4 },
        heartbeat: { intervalMs: 1_000, lostAfterMs: 3_500 },
      },
      overlap: { via: 'peer', policy: 'cost' },
      wire: { maps: 'f32', padding: false },
      limits: {
        pictureBytes: 20_971_520,
        pictureMegapixels: 50,
        queuedFrames: 32,
        framesPerSource: 2,
        frameTimeoutMs: 60_000,
        eventsKept: 1_000,
        keptOutputs: 0,
        overlapBytes: 67_108_864,
      },
      store: { keepPictures: true, ageMs: 604_800_000, bytes: 536_870_912, frames: 1_000 },
      log: { level: 'info' },
    });
  });

  test('what is given', async () => {
    const config = await resolveText(
      `
name: \${NAME:-attic}
model: { name: yolov2, weights: synthetic:3, width: 320, threshold: 0.25 }
engine: { threads: '\${THREADS}' }
partition: { grid: 2x5, fusedDepth: 16 }
schedule: { lease: { attempts: 2 } }
gateway: { address: 'http://gateway.local', listen: '[::]:8080' }
devices:
  - { id: a, address: 'http://a:1/' }
  - { id: b, address: 'http://b:1', listen: '0.0.0.0:2', engine: { name: tfjs, backend: wasm, threads: 1 } }
limits: { pictureBytes: 512KiB, overlapBytes: 1048576 }
store: { path: memory, keepPictures: false, age: 36h, bytes: 2MiB, frames: 5 }
`,
      { env: { THREADS: '2' } },
    );
    expect(config).toMatchObject({
      name: 'attic',
      model: { name: 'yolov2', weights: 'synthetic:3', width: 320, threshold: 0.25, nms: 0.45 },
      partition: { grid: { rows: 2, columns: 5 }, fusedDepth: 16 },
      schedule: { lease: { factor: 3, attempts: 2 } },
      gateway: { address: 'http://gateway.local', listen: { host: '::', port: 8080 }, engine: { threads: 2 } },
      devices: [
        { id: 'a', address: 'http://a:1', listen: { host: 'a', port: 1 }, engine: { threads: 2 } },
        {
          id: 'b',
          address: 'http://b:1',
          listen: { host: '0.0.0.0', port: 2 },
          engine: { name: 'tfjs', backend: 'wasm', threads: 1 },
        },
      ],
      limits: { pictureBytes: 524_288, overlapBytes: 1_048_576 },
      store: { path: null, keepPictures: false, ageMs: 129_600_000, bytes: 2_097_152, frames: 5 },
    });
  });

  test('sections whose keys are all commented out are not given', async () => {
    const config = await resolveText(`${REQUIRED}limits:\n  # queuedFrames: 5\nschedule:\n  lease:\n`);
    expect(config.limits.queuedFrames).toBe(32);
    expect(config.schedule.lease.attempts).toBe(4);
  });

  test('is frozen throughout', async () => {
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value), path).toBe(true);
      for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`);
    };
    visit(await resolveText(REQUIRED), 'config');
  });
});

test('six mistakes in one go, in the order of the file', async () => {
  const text = `name: attic
model: { name: face-detector, treshold: 0.4 }
engine: { threads: many }
partition: { grid: 60x60, fusedDepth: 8 }
schedule:
  heartbeat: { intervalMs: 2000 }
gateway: { address: 'http://127.0.0.1:8080' }
devices:
  - { id: e0, address: 'http://127.0.0.1:8081' }
  - { id: e1, address: 'http://127.0.0.1:8081' }
  - { id: e2, address: 'http://\${E2_HOST}:8081' }
`;
  expect(await problemLines(text)).toEqual([
    'cluster.yaml:2:31 model.treshold: is not a known key (did you mean threshold?)',
    "cluster.yaml:3:20 engine.threads: must be a whole number from 1 to 64, is 'many' (write for instance 1)",
    'cluster.yaml:4:20 partition.grid: Expected a grid of 1 to 52 rows and 1 to 52 columns, the size of the map that the fused ' +
      'part of face-detector puts out, got 60x60 (write a coarser grid, or a ' +
      'smaller fusedDepth)',
    'cluster.yaml:6:28 schedule.heartbeat.intervalMs: lostAfterMs (3500) must be at least twice intervalMs (2000) ' +
      '(write lostAfterMs: 4000 or more, or intervalMs: 1750 or less)',
    'cluster.yaml:10:24 devices[1].address: http://127.0.0.1:8081 is the address of devices[0] as well ' +
      '(give each node a host or a port of its own)',
    'cluster.yaml:11:24 devices[2].address: the environment variable E2_HOST is not set ' +
      `(set it, or give a default: \${E2_HOST:-value})`,
  ]);
});

test('the error carries the problems as data', async () => {
  const error = await resolveText(`${REQUIRED}nmae: x\n`).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toBeInstanceOf(DeepThingsError);
  expect(error).toMatchObject({
    code: 'DT_CONFIG',
    problems: [
      {
        file: 'cluster.yaml',
        line: 5,
        column: 1,
        path: 'nmae',
        message: 'is not a known key',
        remedy: 'did you mean name?',
      },
    ],
  });
});

test('more problems than anyone reads are counted', async () => {
  const lines = await problemLines(REQUIRED + Array.from({ length: 150 }, (_, i) => `key${i}: 1\n`).join(''));
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe('… and 50 more problems');
});

test('loading does without TypeBox, which is large', async () => {
  vi.resetModules();
  vi.doMock('typebox', () => {
    throw new Error('typebox was loaded');
  });
  const { loadClusterConfig: load } = await import('../../server/config/load.js');
  await expect(load(SHIPPED, {})).resolves.toMatchObject({ name: 'workshop' });
  await expect(import('../../server/config/cluster-file.js')).rejects.toThrow();
  vi.doUnmock('typebox');
});

describe('the file itself', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deepthings-load-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const message = (path: string) => loadClusterConfig(path, {}).catch((error: ConfigError) => error.message);

  test('is not there, or is no file', async () => {
    const path = join(folder, 'none.yaml');
    expect(await message(path)).toBe(`${path}: there is no such file (name the right file with -c)`);
    expect(await message(folder)).toBe(`${folder}: cannot be read: EISDIR (name the right file with -c)`);
    expect(await message('a\0b')).toContain('cannot be read: ERR_INVALID_ARG_VALUE');
  });

  test('is larger than a configuration can be', async () => {
    const path = join(folder, 'large.yaml');
    await writeFile(path, '# ');
    await truncate(path, 2 ** 20 + 1);
    expect(await message(path)).toBe(`${path}: has more than 1048576 bytes (name the right file with -c)`);
    await expect(resolveText('#'.repeat(2 ** 20 + 1))).rejects.toMatchObject({ code: 'DT_CONFIG' });
  });

  test('is not UTF-8', async () => {
    const path = join(folder, 'latin1.yaml');
    await writeFile(path, Buffer.from('name: caf\xe9\n', 'latin1'));
    expect(await message(path)).toBe(`${path}: is not UTF-8 text (save it as UTF-8)`);
  });

  test('has a byte order mark and Windows line ends', async () => {
    const path = join(folder, 'windows.yaml');
    await writeFile(path, `\uFEFF${REQUIRED.replaceAll('\n', '\r\n')}`);
    expect((await loadClusterConfig(path, {})).devices).toHaveLength(1);
  });
});

describe('garbage gives a ConfigError and nothing else', () => {
  const answers = async (text: string) => {
    try {
      await resolveText(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
      for (const problem of error.problems) {
        expect(problem.message).not.toBe('');
        expect(problem.remedy).not.toBe('');
        expect(problem.line).toBeGreaterThanOrEqual(0);
      }
      expect(error.message).not.toMatch(/undefined|\[object|NaN/);
    }
  };

  test('any text', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), answers), {
      numRuns: propertyRuns(500),
    });
  });

  test('any text of what YAML is made of', async () => {
    const parts = [
      'a',
      'model',
      'devices',
      '1',
      ': ',
      ':',
      '- ',
      '\n',
      '  ',
      '\t',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '&x ',
      '*x',
      '!t ',
      '|',
      '>',
      '#',
      '<<',
      '? ',
      `\${A}`,
      '---\n',
      '%YAML 1.1\n',
      '__proto__',
      '~',
    ];
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 60 }).map((list) => list.join(''));
    await fc.assert(fc.asyncProperty(text, answers), { numRuns: propertyRuns(1_000) });
  });

  test('the right keys with any values', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        '3x3',
        'face-detector',
        'yolov2',
        'synthetic',
        'tfjs',
        'wasm',
        'http://a',
        'http://a:1/x',
        'a:1',
        '20MiB',
        `\${A}`,
        8,
        64,
        1e9,
      ),
    );
    const section = (...keys: string[]) =>
      fc.oneof(
        { weight: 4, arbitrary: fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] }) },
        { weight: 1, arbitrary: value },
      );
    const file = fc.record(
      {
        name: value,
        model: section('name', 'cfg', 'weights', 'labels', 'width', 'height', 'threshold', 'nms'),
        engine: section('name', 'backend', 'threads'),
        partition: section('grid', 'fusedDepth'),
        schedule: section('strategy', 'prefetch', 'faithful', 'steal', 'lease', 'heartbeat'),
        gateway: section('address', 'listen'),
        devices: fc.oneof(fc.array(section('id', 'address', 'listen', 'engine'), { maxLength: 3 }), value),
        overlap: section('via', 'policy'),
        wire: section('maps'),
        limits: section('pictureBytes', 'overlapBytes', 'queuedFrames'),
        store: section('path', 'keepPictures', 'age', 'bytes', 'frames'),
        log: section('level'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(file, (contents) => answers(JSON.stringify(contents))),
      { numRuns: propertyRuns(300) },
    );
  });
});
