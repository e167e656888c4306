import { describe, expect, test } from 'vitest';
import { resolveEngine } from '../../../server/config/node-engine.js';
import { problemLines, REQUIRED } from '../problem-lines.js';

const problemsWith = (text: string) => problemLines(REQUIRED + text);

describe('heartbeat', () => {
  test.each([
    [
      '{ intervalMs: 1000, lostAfterMs: 1999 }',
      '5:57 schedule.heartbeat.lostAfterMs: lostAfterMs (1999) must be at least twice intervalMs (1000) ' +
        '(write lostAfterMs: 2000 or more, or intervalMs: 999 or less)',
    ],
    [
      '{ intervalMs: 2000 }',
      '5:38 schedule.heartbeat.intervalMs: lostAfterMs (3500) must be at least twice intervalMs (2000) ' +
        '(write lostAfterMs: 4000 or more, or intervalMs: 1750 or less)',
    ],
  ])('%s', async (heartbeat, line) => {
    expect(await problemsWith(`schedule: { heartbeat: ${heartbeat} }`)).toEqual([`cluster.yaml:${line}`]);
  });

  test('is not judged by a number that is wrong itself', async () => {
    expect(await problemsWith('schedule: { heartbeat: { intervalMs: 2000, lostAfterMs: soon } }')).toHaveLength(1);
  });

  test('twice is enough', async () => {
    expect(await problemsWith('schedule: { heartbeat: { intervalMs: 1000, lostAfterMs: 2000 } }')).toEqual([]);
  });
});

test('sizes have bounds, however they are written', async () => {
  expect(await problemsWith('limits:\n  pictureBytes: 2GiB\nstore:\n  bytes: 1023KiB\n')).toEqual([
    'cluster.yaml:6:17 limits.pictureBytes: must be from 1KiB to 1GiB, is 2GiB (write for instance 20MiB)',
    'cluster.yaml:8:10 store.bytes: must be from 1MiB to 16384GiB, is 1023KiB (write for instance 512MiB)',
  ]);
});

describe('nodes', () => {
  const nodes = (gateway: string, ...devices: string[]) =>
    problemLines(
      `model: { name: face-detector }\ngateway: { ${gateway} }\ndevices:\n${devices.map((d) => `  - { ${d} }\n`).join('')}`,
    );
  const gateway = "address: 'http://127.0.0.1:8080'";

  test('two devices with one address', async () => {
    expect(await nodes(gateway, 'id: e0, address: http://pi:1', 'id: e1, address: http://PI:1/')).toEqual([
      'cluster.yaml:5:24 devices[1].address: http://pi:1 is the address of devices[0] as well ' +
        '(give each node a host or a port of its own)',
    ]);
  });

  test("a device with the gateway's address", async () => {
    expect(await nodes(gateway, 'id: e0, address: http://localhost:8080')).toEqual([
      'cluster.yaml:4:24 devices[0].address: http://localhost:8080 is the address of gateway as well ' +
        '(give each node a host or a port of its own)',
    ]);
  });

  test('two devices with one id, and one with the id of the gateway', async () => {
    expect(
      await nodes(gateway, 'id: e0, address: http://a', 'id: e0, address: http://b', 'id: gateway, address: http://c'),
    ).toEqual([
      "cluster.yaml:5:11 devices[1].id: 'e0' is the id of devices[0] as well (give each device an id of its own)",
      "cluster.yaml:6:11 devices[2].id: gateway is the gateway's own id (choose another id)",
    ]);
  });

  test('addresses that are none', async () => {
    expect(await nodes("address: 'http://pi:8080/api', listen: ':80'", 'id: e0, address: pi:8081')).toEqual([
      "cluster.yaml:2:21 gateway.address: 'http://pi:8080/api' has more than host and port (write 'http://pi:8080')",
      "cluster.yaml:2:51 gateway.listen: must be host:port, is ':80' (write for instance '0.0.0.0:8080')",
      'cluster.yaml:4:24 devices[0].address: must be a URL that starts with http:// or https://, is ' +
        "'pi:8081' (write 'http://pi:8081')",
    ]);
  });

  test('devices on several machines may listen alike', async () => {
    const lines = await nodes(
      "address: 'http://a:8080', listen: '0.0.0.0:8080'",
      "id: e0, address: 'http://b:8080', listen: '0.0.0.0:8080'",
    );
    expect(lines).toEqual([]);
  });
});

describe('engines', () => {
  const REFUSED_ON_ENGINE = 'wasm is a backend of tfjs, and the engine here is onnxruntime';
  const MEND = 'write name: tfjs beside it, or remove backend';
  const ONE_THREAD = 'write threads: 1, or backend: node with tfjs-node installed';

  test.each([
    ['{ backend: wasm }', `5:20 engine.backend: ${REFUSED_ON_ENGINE} (${MEND})`],
    ['{ name: onnxruntime, backend: wasm }', `5:39 engine.backend: ${REFUSED_ON_ENGINE} (${MEND})`],
    [
      '{ name: tfjs, backend: wasm, threads: 2 }',
      `5:47 engine.threads: the backend wasm of tfjs computes in one thread, not 2 (${ONE_THREAD})`,
    ],
    [
      '{ name: tensorflow }',
      "5:17 engine.name: must be one of onnxruntime, tfjs, is 'tensorflow' (write for instance 'onnxruntime')",
    ],
    [
      '{ name: tfjs, backend: webgl }',
      "5:32 engine.backend: must be one of auto, node, wasm, cpu, is 'webgl' (write for instance 'auto')",
    ],
  ])('engine: %s', async (engine, line) => {
    expect(await problemsWith(`engine: ${engine}`)).toEqual([`cluster.yaml:${line}`]);
  });

  test.each([
    '{ name: tfjs }',
    '{ name: tfjs, backend: node, threads: 4 }',
    '{ name: tfjs, threads: 2 }',
    '{ name: tfjs, backend: wasm, threads: 1 }',
  ])('engine: %s is fine', async (engine) => {
    expect(await problemsWith(`engine: ${engine}`)).toEqual([]);
  });

  const withDevice = (engine: string, own: string) =>
    problemLines(
      `model: { name: face-detector }\nengine: ${engine}\ngateway: { address: 'http://a:1' }\n` +
        `devices:\n  - { id: e0, address: 'http://b:1', engine: ${own} }\n`,
    );

  test("a device's own backend needs tfjs there, by its own section or the cluster's", async () => {
    expect(await withDevice('{ name: onnxruntime }', '{ backend: wasm }')).toEqual([
      `cluster.yaml:5:57 devices[0].engine.backend: ${REFUSED_ON_ENGINE} (${MEND})`,
    ]);
    expect(await withDevice('{ name: tfjs }', '{ backend: wasm }')).toEqual([]);
    expect(await withDevice('{ name: onnxruntime }', '{ name: tfjs, backend: wasm }')).toEqual([]);
    expect(await withDevice('{ name: tfjs, backend: cpu }', '{ name: onnxruntime, threads: 4 }')).toEqual([]);
  });

  test('says nothing of a backend beside a name that is wrong itself', async () => {
    expect(await withDevice('{ name: onxruntime }', '{ backend: wasm }')).toEqual([
      "cluster.yaml:2:17 engine.name: must be one of onnxruntime, tfjs, is 'onxruntime' (did you mean onnxruntime?)",
    ]);
  });

  test("threads beside a device's other keys are told where they belong", async () => {
    expect(
      await problemLines(`model: { name: face-detector }
gateway: { address: 'http://a:1' }
devices:
  - { id: e0, address: 'http://b:1', threads: 2 }
`),
    ).toEqual(['cluster.yaml:4:38 devices[0].threads: is not a known key (it belongs at devices[0].engine.threads)']);
  });

  test.each([
    [undefined, undefined, { name: 'onnxruntime', backend: null, threads: 1 }],
    [{ name: 'tfjs' }, undefined, { name: 'tfjs', backend: 'auto', threads: 1 }],
    [{ threads: 3 }, { name: 'tfjs' }, { name: 'tfjs', backend: 'auto', threads: 3 }],
    [{ name: 'tfjs', backend: 'cpu' }, { threads: 2 }, { name: 'tfjs', backend: 'cpu', threads: 2 }],
    [{ name: 'tfjs', backend: 'cpu' }, { name: 'onnxruntime' }, { name: 'onnxruntime', backend: null, threads: 1 }],
    [{ name: 'tfjs', backend: 'cpu' }, { backend: 'wasm' }, { name: 'tfjs', backend: 'wasm', threads: 1 }],
  ] as const)('of %j and %j comes %j', (cluster, own, resolved) => {
    expect(resolveEngine(cluster, own)).toEqual(resolved);
  });
});
