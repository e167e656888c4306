import { expect, test } from 'vitest';
import { LeftOutDevices } from '../../../server/gateway/dispatch/left-out-devices.js';

test('the ledger, the device and the log are told when a device is left out, and when gangs try it again', () => {
  const said: unknown[] = [];
  const left = new LeftOutDevices({
    registry: { leaveOut: (device, why) => said.push([device, why]) },
    ledger: { apply: (event) => said.push(event) },
    log: { info: (_facts: object, text: string) => said.push(text) } as never,
  });
  const one = { device: 'e5', withMs: 812.4, withoutMs: 203.9, frames: 239 };
  const text =
    'gangs do without e5, which would slow them down: with it a frame is predicted to take 812 ms, without it 204 ms; ' +
    'it is tried again after 239 frames, or when it has become faster';
  left.update([]);
  expect(said.splice(0)).toEqual([]);
  left.update([one]);
  expect(said.splice(0)).toEqual([['e5', text], text, { kind: 'devices-left-out', devices: ['e5'] }]);
  left.update([{ ...one, withMs: 900 }]);
  expect(said.splice(0)).toEqual([]);
  left.update([]);
  const again = 'gangs try e5 again, which was left out';
  expect(said.splice(0)).toEqual([['e5', null], again, { kind: 'devices-left-out', devices: [] }]);
});
