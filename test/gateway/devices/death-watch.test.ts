import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeathWatch } from '../../../server/gateway/devices/death-watch.js';
import { waitUntil } from '../../support/test-cluster.js';

/** Longer than the watch looks for a device. */
const LOOKED_MS = 1_200;

let device: Server;
let gateway: Server;
let address: string;
let up: boolean;
let dead: string[];
let watch: DeathWatch;
beforeEach(async () => {
  [device, gateway] = [createServer(), createServer()];
  for (const server of [device, gateway]) await once(server.listen(0, '127.0.0.1'), 'listening');
  address = `http://127.0.0.1:${(device.address() as AddressInfo).port}`;
  up = true;
  dead = [];
  watch = new DeathWatch({
    isUp: () => up,
    addressOf: () => address,
    onDead: (name) => {
      dead.push(name);
      up = false;
    },
  });
});
afterEach(() => {
  watch.stop();
  device.close();
  gateway.close();
});

/** A connection of the device to the gateway: its end, and the gateway's. */
async function connection(): Promise<[Socket, Socket]> {
  const accepted = once(gateway, 'connection');
  const own = connect((gateway.address() as AddressInfo).port, '127.0.0.1');
  const [other] = (await accepted) as [Socket];
  other.resume().on('error', () => {});
  return [own, other];
}

describe('a device whose connection closes', () => {
  it('is dead when nothing listens at its address', async () => {
    const [own, other] = await connection();
    watch.heard('e0', other);
    device.close();
    own.destroy();
    await waitUntil(() => dead.length > 0);
    expect(dead).toEqual(['e0']);
  });

  it('is dead when its port closes only a while later', async () => {
    const [own, other] = await connection();
    watch.heard('e0', other);
    own.destroy();
    await sleep(100);
    expect(dead).toEqual([]);
    device.close();
    await waitUntil(() => dead.length > 0);
  });

  it('is said to be dead once, however many connections it had', async () => {
    const connections = await Promise.all([connection(), connection(), connection()]);
    for (const [, other] of connections) watch.heard('e0', other);
    device.close();
    for (const [own] of connections) own.destroy();
    await sleep(LOOKED_MS);
    expect(dead).toEqual(['e0']);
  });

  it('is not dead while something listens there', async () => {
    const [own, other] = await connection();
    watch.heard('e0', other);
    own.destroy();
    await sleep(LOOKED_MS);
    expect(dead).toEqual([]);
  });

  it('is not dead when it is heard of again meanwhile', async () => {
    const [own, other] = await connection();
    watch.heard('e0', other);
    device.close();
    own.destroy();
    await once(other, 'close');
    watch.heard('e0', (await connection())[1]);
    await sleep(LOOKED_MS);
    expect(dead).toEqual([]);
  });

  it('is not looked for when it has left', async () => {
    const [own, other] = await connection();
    watch.heard('e0', other);
    [up, address] = [false, 'http://nobody.invalid'];
    own.destroy();
    await sleep(100);
    expect(dead).toEqual([]);
  });

  it('is nobody’s business once the gateway ends', async () => {
    const [own, other] = await connection();
    watch.heard('e0', other);
    device.close();
    watch.stop();
    own.destroy();
    await sleep(100);
    expect(dead).toEqual([]);
  });
});
