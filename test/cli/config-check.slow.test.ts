import { expect, test } from 'vitest';
import { clusterFile, FACES, runCli } from './running-cli.js';

test('a right file is fine, and summed up', async () => {
  const file = clusterFile(FACES);
  const { code, stdout, stderr } = await runCli(['-c', file, 'config', 'check']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`${file} is fine: cluster test, ftp-wst`);
  expect(stdout).toContain('face-detector, input 416x416');
  expect(stdout).toContain('8 fused layers, 3x3: 9 tiles');
  expect(stdout).toContain('http://127.0.0.1:18082');
});

test('nodes that other machines can reach are told of the token', async () => {
  const file = clusterFile(FACES.replace("18082'", "18082', listen: '0.0.0.0:18082', source: false"));
  const { code, stdout } = await runCli(['config', 'check', '-c', file]);
  expect(code).toBe(0);
  expect(stdout).toContain('listens on 0.0.0.0:18082, no frames start on it');
  expect(stdout).toContain('Other machines can reach e1: start every node with the same DEEPTHINGS_TOKEN');
});
