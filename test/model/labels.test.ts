import { describe, expect, it } from 'vitest';
import { parseLabels } from '../../server/model/labels.js';

describe('parseLabels', () => {
  it.each([['cat\ndog\n\n'], ['cat\r\ndog\r\n'], ['cat\rdog'], [' cat \n\tdog']])('reads %j', (text) => {
    expect(parseLabels(text)).toEqual({ names: ['cat', 'dog'], commentLines: [] });
  });

  it('finds lines that look like comments, which are classes all the same', () => {
    expect(parseLabels('# mine\ncat\n// dog\n; ox')).toEqual({
      names: ['# mine', 'cat', '// dog', '; ox'],
      commentLines: [1, 3, 4],
    });
  });

  it.each([
    ['\ncat', /^line 1 is blank/],
    ['cat\n\n \ndog', /^lines 2, 3 are blank/],
    ['a\n\n\n\n\n\n\n\nb', /^lines 2, 3, 4, 5, 6 and 2 more are blank/],
    ['cat\n\u001b[31mdog', /^line 2 is not plain text/],
    [`cat\n${'x'.repeat(257)}`, /^line 2 is longer than 256 characters/],
  ])('refuses %j', (text, message) => {
    expect(() => parseLabels(text)).toThrow(
      expect.objectContaining({ code: 'DT_LABELS_LINE', message: expect.stringMatching(message) }),
    );
  });
});
