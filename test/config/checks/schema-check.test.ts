import { describe, expect, test } from 'vitest';
import { problemLines, REQUIRED, resolveText } from '../problem-lines.js';

/** Lines 1 to 4 are right, what is tried stands in line 5. */
const problemsWith = (text: string) => problemLines(REQUIRED + text);

describe('unknown keys', () => {
  test.each([
    ['patition: { grid: 3x3 }', '5:1 patition: is not a known key (did you mean partition?)'],
    ['partition: { fused_depth: 4 }', '5:14 partition.fused_depth: is not a known key (did you mean fusedDepth?)'],
    ['threshold: 0.4', '5:1 threshold: is not a known key (it belongs at model.threshold)'],
    ['treshold: 0.4', '5:1 treshold: is not a known key (did you mean model.threshold?)'],
    ['Fused-Depth: 4', '5:1 Fused-Depth: is not a known key (it belongs at partition.fusedDepth)'],
    ['partition: { FUSED_DEPTH: 4 }', '5:14 partition.FUSED_DEPTH: is not a known key (did you mean fusedDepth?)'],
    ['partition: { fuseddepth: 4 }', '5:14 partition.fuseddepth: is not a known key (did you mean fusedDepth?)'],
    ['schedule: { heart-beat: {} }', '5:13 schedule.heart-beat: is not a known key (did you mean heartbeat?)'],
    ['storage: { path: memory }', '5:1 storage: is not a known key (did you mean store?)'],
    ['logging: { level: info }', '5:1 logging: is not a known key (did you mean log?)'],
    ['ssl: {}', '5:1 ssl: is not a known key (did you mean tls?)'],
    ['tiles: 3x3', '5:1 tiles: is not a known key (did you mean partition.grid?)'],
    ['log: { verbosity: info }', '5:8 log.verbosity: is not a known key (did you mean level?)'],
    ['confidence: 0.4', '5:1 confidence: is not a known key (did you mean model.threshold?)'],
    ['limits: { timeout: 4 }', '5:11 limits.timeout: is not a known key (did you mean frameTimeoutMs?)'],
    ['log: { colour: 1 }', '5:8 log.colour: is not a known key (remove it; known here: level)'],
    ['engine: { "na me": 1 }', '5:11 engine["na me"]: is not a known key (did you mean name?)'],
    ['limits: { toString: 1 }', /^cluster.yaml:5:11 limits.toString: is not a known key \(remove it; known here: pic/],
    ['log: { <<: { level: info } }', '5:8 log["<<"]: is not a known key (remove it; known here: level)'],
  ])('%s', async (text, line) => {
    const lines = await problemsWith(text);
    expect(lines).toHaveLength(1);
    if (typeof line === 'string') expect(lines[0]).toBe(`cluster.yaml:${line}`);
    else expect(lines[0]).toMatch(line);
  });

  test('a mistyped key is one mistake, not a missing key as well', async () => {
    expect(await problemLines(REQUIRED.replace('gateway: { address', 'gateway: { adress'))).toEqual([
      'cluster.yaml:2:12 gateway.adress: is not a known key (did you mean address?)',
    ]);
  });
});

test('a key that is there is not what an unknown one was meant to be, and is checked itself', async () => {
  expect(await problemsWith('log: { levle: info, level: loud }')).toEqual([
    'cluster.yaml:5:8 log.levle: is not a known key (remove it: level is given already)',
    "cluster.yaml:5:28 log.level: must be one of trace, debug, info, warn, error, is 'loud' (write for instance 'info')",
  ]);
});

describe('wrong values', () => {
  test.each([
    [
      'engine: { threads: two }',
      "5:20 engine.threads: must be a whole number from 1 to 64, is 'two' (write for instance 1)",
    ],
    [
      'engine: { threads: "2" }',
      "5:20 engine.threads: must be a whole number from 1 to 64, is '2' (write 2 without quotes)",
    ],
    [
      'engine: { threads: 1.5 }',
      '5:20 engine.threads: must be a whole number from 1 to 64, is 1.5 (write for instance 1)',
    ],
    ['engine: { threads: 0 }', '5:20 engine.threads: must be a whole number from 1 to 64, is 0 (write for instance 1)'],
    [
      'engine: { threads: .inf }',
      '5:20 engine.threads: must be a whole number from 1 to 64, is Infinity (write for instance 1)',
    ],
    [
      'engine: onnxruntime',
      "5:9 engine: must be a map with name, backend, threads, is 'onnxruntime' (write key: value lines, indented below it)",
    ],
    [
      'engine: [x]',
      '5:9 engine: must be a map with name, backend, threads, is a list (write key: value lines, indented below it)',
    ],
    [
      'partition: { grid: 3 }',
      "5:20 partition.grid: must be a grid of rows x columns such as 3x3 or 2x5, is 3 (write for instance '3x3')",
    ],
    [
      'partition: { grid: 3x0 }',
      "5:20 partition.grid: must be a grid of rows x columns such as 3x3 or 2x5, is '3x0' (write for instance '3x3')",
    ],
    [
      'log: { level: warning }',
      "5:15 log.level: must be one of trace, debug, info, warn, error, is 'warning' (did you mean warn?)",
    ],
    [
      'log: { level: loud }',
      "5:15 log.level: must be one of trace, debug, info, warn, error, is 'loud' (write for instance 'info')",
    ],
    [
      'limits: { pictureBytes: 20MB }',
      "5:25 limits.pictureBytes: must be a size such as 20MiB, 512KiB or 1GiB, or a number of bytes, is '20MB' (write for instance '20MiB')",
    ],
    [
      'limits: { pictureBytes: -1 }',
      "5:25 limits.pictureBytes: must be a size such as 20MiB, 512KiB or 1GiB, or a number of bytes, is -1 (write for instance '20MiB')",
    ],
    [
      'limits: { pictureBytes: 1.5 }',
      "5:25 limits.pictureBytes: must be a size such as 20MiB, 512KiB or 1GiB, or a number of bytes, is 1.5 (write for instance '20MiB')",
    ],
    [
      'schedule: { lease: { factor: [3] } }',
      '5:30 schedule.lease.factor: must be a number from 1 to 100, is a list (write for instance 3)',
    ],
    ['name: 7', "5:7 name: must be a name of at most 64 characters on one line, is 7 (put it in quotes: '7')"],
    [
      'name: "a\\nb"',
      "5:7 name: must be a name of at most 64 characters on one line, is 'a\\nb' (write for instance 'deepthings')",
    ],
    [
      `name: ${'n'.repeat(70)}`,
      `5:7 name: must be a name of at most 64 characters on one line, is '${'n'.repeat(60)}…' (write for instance 'deepthings')`,
    ],
  ])('%s', async (text, line) => {
    expect(await problemsWith(text)).toEqual([`cluster.yaml:${line}`]);
  });

  test.each([
    [
      '- { id: Kitchen, address: http://a }',
      "3:9 devices[0].id: must be at most 32 lower-case letters, digits and hyphens, not starting with a hyphen, is 'Kitchen' (write for instance 'e0')",
    ],
    [
      '- { id: 1, address: http://a }',
      "3:9 devices[0].id: must be at most 32 lower-case letters, digits and hyphens, not starting with a hyphen, is 1 (put it in quotes: '1')",
    ],
    ['- { id: e0 }', "3:3 devices[0].address: is missing (write for instance address: 'http://192.168.1.10:8080')"],
    [
      '- { id: e0, address: }',
      "3:13 devices[0].address: has no value (write for instance address: 'http://192.168.1.10:8080')",
    ],
    [
      '- http://a',
      "3:3 devices[0]: must be a map with id, address, is 'http://a' (write key: value lines, indented below it)",
    ],
    ['-', '3:2 devices[0]: must be a map with id, address, is empty (write key: value lines, indented below it)'],
    [
      '- { id: e0, address: http://a, listen: 80 }',
      "3:40 devices[0].listen: must be host:port, is 80 (write for instance '0.0.0.0:8080')",
    ],
    [
      '  e0: http://a',
      '3:3 devices: must be a list of 0 to 1024 entries, is a map (start each entry with a hyphen on a line of its own)',
    ],
  ])('devices: %s', async (devices, line) => {
    const text = `model: { name: face-detector }\ndevices:\n${devices}\ngateway: { address: 'http://127.0.0.1:1' }\n`;
    expect(await problemLines(text)).toEqual([`cluster.yaml:${line}`]);
  });
});

test('what must be there', async () => {
  expect(await problemLines('name: x\n')).toEqual([
    'cluster.yaml:1:1 model: is missing (add model: with name)',
    'cluster.yaml:1:1 gateway: is missing (add gateway: with address)',
    'cluster.yaml:1:1 devices: is missing (add devices: a list, each entry with id and address)',
  ]);
  expect(await problemLines(REQUIRED.replace(/model: .*/, 'model:'))).toEqual([
    'cluster.yaml:1:1 model: has no value (add model: with name)',
  ]);
});

test.each([
  ['', 'cluster.yaml: is empty (write at least model, gateway and devices)'],
  ['# only this\n', 'cluster.yaml: is empty (write at least model, gateway and devices)'],
  ['- a\n', /^cluster.yaml:1:1 must be a map with model, gateway, devices, is a list/],
  ['hello', /^cluster.yaml:1:1 must be a map with model, gateway, devices, is 'hello'/],
])('the file as a whole: %j', async (text, line) => {
  const [first, ...others] = await problemLines(text);
  expect(others).toEqual([]);
  if (typeof line === 'string') expect(first).toBe(line);
  else expect(first).toMatch(line);
});

describe('numbers from the environment', () => {
  const env = { N: '2', F: '2.5', WORD: 'two', SIZE: '20MiB' };
  const problems = (text: string) => problemLines(REQUIRED + text, { env });

  test('are numbers, quoted or not, where numbers are wanted', async () => {
    const text = `
engine: { threads: '\${N}' }
schedule:
  prefetch: \${N}
  lease: { factor: "\${F}" }
limits: { pictureBytes: '\${SIZE}', overlapBytes: '1\${N}00000' }
name: '\${N}'
`;
    expect(await problems(text)).toEqual([]);
    const config = await resolveText(REQUIRED + text, { env });
    expect(config.schedule).toMatchObject({ prefetch: 2, lease: { factor: 2.5 } });
    expect(config.name).toBe('2');
  });

  test('are checked like others', async () => {
    expect(await problems(`engine: { threads: '\${F}' }\nschedule: { prefetch: '\${WORD}' }`)).toEqual([
      'cluster.yaml:5:20 engine.threads: must be a whole number from 1 to 64, is 2.5 (write for instance 1)',
      "cluster.yaml:6:23 schedule.prefetch: must be a whole number from 0 to 4, is 'two' (write for instance 1)",
    ]);
  });
});
