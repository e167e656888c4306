import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { ByteCounter } from '../../../server/node/observe/byte-counter.js';
import { SocketTraffic } from '../../../server/node/observe/socket-traffic.js';

function aSocket(bytesRead: number, bytesWritten: number): Socket {
  return Object.assign(new EventEmitter(), { bytesRead, bytesWritten }) as unknown as Socket;
}

test('sockets count while they are open and when they are closed', () => {
  const traffic = new SocketTraffic();
  const [one, other] = [aSocket(10, 1), aSocket(20, 2)];
  traffic.watch(one);
  traffic.watch(other);
  expect([traffic.received, traffic.sent]).toEqual([30, 3]);
  one.emit('close');
  Object.assign(other, { bytesRead: 25 });
  expect([traffic.received, traffic.sent]).toEqual([35, 3]);
});

test('what the sockets carried beyond the bodies that are counted is control, and no counter falls', async () => {
  const registry = new Registry();
  let total = 0;
  const counter = new ByteCounter({ name: 'bytes', help: 'of a test', registry, total: () => total });
  const kinds = async () =>
    Object.fromEntries((await registry.getMetricsAsJSON())[0]!.values.map(({ labels, value }) => [labels.kind, value]));
  total = 1_000;
  counter.inc({ kind: 'input' }, 700);
  expect(await kinds()).toEqual({ input: 700, control: 300 });
  // Written by the handler, and not yet by the socket.
  counter.inc({ kind: 'result' }, 500);
  expect(await kinds()).toEqual({ input: 700, result: 500, control: 300 });
  total = 1_600;
  expect(await kinds()).toEqual({ input: 700, result: 500, control: 400 });
});
