import { expect, it } from 'vitest';
import { bytesBetweenNodes, parseLinkCounters } from '../../../server/evaluation/hosts/link-counters.js';

const listed = (ports: Record<string, [number, number]>) =>
  JSON.stringify([
    { ifname: 'lo' },
    ...Object.entries(ports).map(([ifname, [rx, tx]]) => ({
      ifname,
      stats64: { rx: { bytes: rx }, tx: { bytes: tx } },
    })),
  ]);

it('counts what nodes sent to each other, without what the client sent and got', () => {
  const before = parseLinkCounters(listed({ gateway: [100, 50], e0: [10, 90], client: [5, 5] }));
  // e0 sends 1000 to the gateway; the gateway 300 to e0 and 200 to the client; the client 400 to the gateway.
  const after = parseLinkCounters(listed({ gateway: [600, 1450], e0: [1010, 390], client: [405, 205] }));
  expect(bytesBetweenNodes(before, after, ['gateway', 'e0'])).toBe(1300);
});
