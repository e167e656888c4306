import { expect, it } from 'vitest';
import { describeWork } from '../../server/cli/up/cluster-work.js';
import { resolveClusterConfig } from '../../server/config/load.js';

const PARTITION = 'model: { name: yolov2, weights: synthetic }\npartition: { grid: 3x3, fusedDepth: 8 }';
const DEVICE = "devices: [{ id: e0, address: 'http://127.0.0.1:7001' }]";

it.each([
  ['ftp-wst-s', DEVICE, 'its first 8 layers cut into 3x3 tiles, ftp-wst-s'],
  ['modnn', DEVICE, 'its first 8 layers shared out one by one, modnn'],
  ['gang', DEVICE, 'each frame shared out among the devices, gang'],
  ['whole', DEVICE, 'each frame whole on one device, whole'],
  ['auto', DEVICE, 'each frame on as many devices as suit it, auto'],
  ['gang', 'devices: []', 'which the gateway computes by itself'],
])('%s with %s: %s', async (strategy, devices, words) => {
  const text = `gateway: { address: 'http://127.0.0.1:7000' }\n${devices}\n${PARTITION}\nschedule: { strategy: ${strategy} }`;
  const config = await resolveClusterConfig(text, { file: 'cluster.yaml', baseDirectory: '/', env: {} });
  expect(describeWork(config)).toBe(words);
});
