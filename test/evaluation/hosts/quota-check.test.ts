import { expect, it } from 'vitest';
import { checkQuotas } from '../../../server/evaluation/hosts/quota-check.js';

const hosts = (gateway: number, devices: readonly number[]) => [
  { id: 'gateway', cpuCores: gateway, memoryBytes: null },
  ...devices.map((cpuCores, i) => ({ id: `e${i}`, cpuCores, memoryBytes: null })),
];

it('takes quotas that leave 0.2 core, whatever the rounding of their sum', () => {
  expect(() => checkQuotas(hosts(0.25, Array(6).fill(0.25)), 2)).not.toThrow();
  expect(() => checkQuotas(hosts(0.1, Array(7).fill(0.1)), 1)).not.toThrow();
  expect(() => checkQuotas(hosts(0.6, [0.6, 0.6]), 2)).not.toThrow();
});

it('refuses more, with the numbers', () => {
  expect(() => checkQuotas(hosts(0.25, Array(7).fill(0.25)), 2)).toThrow(
    /gateway \(0\.25\) and 7 devices \(1\.75\) come to 2 cores; this machine has 2, of which 0\.2 stay free, so at most 1\.8/,
  );
});
