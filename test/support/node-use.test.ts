import { expect, it } from 'vitest';
import { growth, type NodeUse } from './node-use.js';

const MIB = 2 ** 20;
const use = (more: Partial<NodeUse> = {}): NodeUse => ({
  ...{ node: 'e0', rss: 100 * MIB, used: 30 * MIB, files: 30, sockets: 10 },
  ...more,
});

it('what a node takes more than when it was warm has grown, beyond a bound', () => {
  expect(growth([use()], [use({ rss: 120 * MIB, used: 33 * MIB, files: 32 })])).toEqual([]);
  expect(growth([use()], [use({ rss: 150 * MIB })])).toEqual([expect.stringMatching(/^e0 has grown: rss/)]);
  expect(growth([use()], [use({ used: 45 * MIB, files: 60 })])).toHaveLength(2);
  expect(growth([use()], [])).toHaveLength(1);
});
