import { expect, it } from 'vitest';
import { ComputeSpeed } from '../../../server/scheduling/device/compute-speed.js';

it('how fast a device computes is unknown at first, then what its latest tiles say together', () => {
  const speed = new ComputeSpeed(2);
  expect(speed.macsPerMs).toBeNull();
  speed.add(0, 3);
  expect(speed.macsPerMs).toBeNull();
  speed.add(600, 3);
  expect(speed.macsPerMs).toBe(100);
  speed.add(1_000, 1);
  expect(speed.macsPerMs).toBe(400);
});
