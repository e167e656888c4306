import { expect, it } from 'vitest';
import { StreamShares } from '../../../server/node/bodies/stream-shares.js';

/** Streams that a client gets until one is refused. */
function flood(shares: StreamShares, client: string): (() => void)[] {
  const open: (() => void)[] = [];
  for (;;) {
    try {
      open.push(shares.enter(client));
    } catch (error) {
      expect(error).toMatchObject({ status: 503, code: 'DT_OVERLOADED', retryAfterSeconds: 5 });
      return open;
    }
  }
}

it('one client cannot hold all streams, nor can two; what ends makes room', () => {
  const shares = new StreamShares();
  const first = flood(shares, 'a');
  expect(first).toHaveLength(64);
  expect(flood(shares, 'b').length).toBeGreaterThanOrEqual(15);
  shares.enter('c');
  for (const leave of first) leave();
  expect(flood(shares, 'd').length).toBeGreaterThan(40);
});
