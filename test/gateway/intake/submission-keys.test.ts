import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { submissionDigest } from '../../../server/gateway/intake/submission-keys.js';

const ASKED = { source: 'e1', strategy: null, members: undefined, withinMs: undefined, tags: undefined };

describe('submissionDigest', () => {
  it.each([0, 1, 128 * 1024, 300_001])(
    'is SHA-256 of what was asked for and of all %i bytes of the picture',
    async (bytes) => {
      const picture = randomBytes(bytes);
      const expected = createHash('sha256').update('["e1",null]').update(picture).digest('hex');
      expect(await submissionDigest(picture, ASKED)).toBe(expected);
    },
  );

  it('differs where the tags do', async () => {
    const picture = new Uint8Array(9);
    const asked = [undefined, ['a'], ['b'], ['a', 'b']].map((tags) => submissionDigest(picture, { ...ASKED, tags }));
    expect(new Set(await Promise.all(asked)).size).toBe(4);
  });

  it('differs where a byte of the last piece does', async () => {
    const picture = randomBytes(300_000);
    const before = await submissionDigest(picture, ASKED);
    picture[299_999]! ^= 1;
    expect(await submissionDigest(picture, ASKED)).not.toBe(before);
  });
});
