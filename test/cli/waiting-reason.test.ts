import { expect, test } from 'vitest';
import { missingDevice } from '../../server/cli/submit/waiting-reason.js';
import { aDevice } from '../dashboard/contract-examples.js';

const live = aDevice('e0', { state: 'live' });
const expected = aDevice('e1', { state: 'expected' });
const refused = aDevice('e2', { state: 'refused', problem: 'another model' });

test.each([
  ['a device that is live', [live, expected], undefined, null],
  ['none yet', [expected], undefined, 'no device is registered yet: e1 is expected'],
  [
    'none, and why',
    [expected, refused],
    undefined,
    'no device can compute: e1 is expected, e2 is refused (another model)',
  ],
  ['the one that was asked for', [live, expected], 'e0', null],
  ['another one', [live, expected], 'e1', 'device e1 is expected'],
  ['an unknown one, which the gateway refuses', [live], 'e9', null],
])('of a cluster with %s', (_what, devices, source, text) => {
  expect(missingDevice(devices, source)?.text ?? null).toBe(text);
});
