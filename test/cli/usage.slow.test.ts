import { describe, expect, test } from 'vitest';
import { clusterFile, FACES, runCli, temporaryFolder } from './running-cli.js';

describe.concurrent('help', () => {
  test('lists every command, with examples', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const word of ['up', 'gateway', 'edge', 'submit', 'plan', 'model', 'config', 'Examples:', 'Exit codes:']) {
      expect(stdout).toContain(word);
    }
  });

  test('of a command names the cluster file as well', async () => {
    const { code, stdout } = await runCli(['submit', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--out <file>');
    expect(stdout).toContain('--config <file>');
    expect(stdout).not.toContain('--supervised');
  });

  test("the version is the package's", async () => {
    const { code, stdout } = await runCli(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe.concurrent('wrong usage ends with 2', () => {
  test.each([
    ['no command', [], 'Usage:'],
    ['an unknown command', ['upp'], "unknown command 'upp'"],
    ['a command that is not whole', ['model'], 'Usage:'],
    ['an unknown option', ['plan', '--jsno'], "unknown option '--jsno'"],
    ['a missing argument', ['edge'], "missing required argument 'id'"],
    ['no image', ['submit'], "missing required argument 'image'"],
    ['a wait that is no number', ['submit', 'a.jpg', '--wait', 'long'], 'Expected seconds from 0 to 300'],
    ['a tag that is none', ['submit', 'a.jpg', '--tag', 'at night'], 'Expected up to 32 letters'],
    ['a tag twice', ['watch', '.', '--tag', 'night', '--tag', 'night'], 'It is given twice'],
    ['a gateway that is no address', ['submit', 'a.jpg', '--gateway', 'here:1'], "write 'http://here:1'"],
    ['--out without waiting', ['submit', 'a.jpg', '--wait', '0', '--out', 'b.jpg'], '--wait 0'],
    ['listening on nothing', ['gateway', '--listen', '8080'], '--listen must be host:port'],
    ['an unknown model', ['model', 'inspect', 'yolo9'], 'no built-in model yolo9'],
    ['a size that is none', ['model', 'inspect', 'yolov2', '--size', 'big'], '--size must be pixels'],
    ['a seed that is none', ['model', 'synth', 'yolov2', 'out.weights', '--seed', '-1'], '--seed must be'],
    ['weights for what is no Darknet model', ['model', 'synth', 'face-detector', 'a.weights'], 'no Darknet model'],
  ])('%s', async (_case, args, said) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('wrong configuration ends with 2', () => {
  const BROKEN = FACES.replace('grid: 3x3', 'grid: 60x60')
    .replace('model:', 'modle: 1\nmodel:')
    .replace(':18082', ':18081');

  test('every mistake, each with its place, from every command', async () => {
    const file = clusterFile(BROKEN);
    const commands = ['config check', 'plan', 'up', 'gateway', 'edge e0', 'submit photo.jpg', 'model inspect'];
    const results = await Promise.all(commands.map((command) => runCli([...command.split(' '), '-c', file])));
    for (const [index, { code, stdout, stderr }] of results.entries()) {
      expect([commands[index], code, stdout]).toEqual([commands[index], 2, '']);
      expect(stderr.trimEnd().split('\n').slice(1)).toEqual([
        expect.stringContaining(`${file}:2:1 modle: `),
        expect.stringMatching(/cluster\.yaml:4:20 partition\.grid: .* 1 to 52 rows .* got 60x60/),
        expect.stringContaining(`${file}:9:24 devices[1].address: `),
      ]);
    }
  });

  test('no cluster file', async () => {
    const { code, stderr } = await runCli(['config', 'check'], { cwd: temporaryFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain('cluster.yaml: there is no such file (name the right file with -c)');
  });

  test('a device that is not declared', async () => {
    const { code, stderr } = await runCli(['edge', 'e7', '-c', clusterFile(FACES)]);
    expect(code).toBe(2);
    expect(stderr).toContain('declares no device "e7", only e0, e1');
  });

  test.each([
    ['short', 'has 5 characters and must have at least 16'],
    ['sixteen letters or more', 'without spaces'],
  ])('a token that cannot be used: %s', async (token, said) => {
    const { code, stderr } = await runCli(['gateway', '-c', clusterFile(FACES)], { env: { DEEPTHINGS_TOKEN: token } });
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('sixteen');
  });

  test.each([[['edge', 'e0']], [['up']]])('other machines without a token: %j', async (command) => {
    const open = FACES.replace("18080'", "18080', listen: '0.0.0.0:18080'").replace(
      "18081'",
      "18081', listen: '0.0.0.0:18081'",
    );
    const { code, stderr } = await runCli([...command, '-c', clusterFile(open)]);
    expect(code).toBe(2);
    expect(stderr).toContain('set DEEPTHINGS_TOKEN');
  });

  test('DEEPTHINGS_DEBUG shows where an error came from', async () => {
    const { code, stderr } = await runCli(['plan', '-c', 'nowhere.yaml'], { env: { DEEPTHINGS_DEBUG: '1' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^\s+at /m);
  });
});
