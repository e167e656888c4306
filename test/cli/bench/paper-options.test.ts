import { describe, expect, it } from 'vitest';
import { paperSettings } from '../../../server/cli/bench/paper/paper-options.js';

describe('the options of bench paper', () => {
  it('are all figures of a full run without any', () => {
    const { extent, figures, out } = paperSettings({});
    expect(extent).toMatchObject({ name: 'full', devices: [1, 2, 4, 6] });
    expect(figures).toHaveLength(7);
    expect(out).toMatch(/bench-results\/paper$/);
  });

  it('name figures in any order, and devices once', () => {
    const { extent, figures, out } = paperSettings({ only: 'table1,fig13', devices: '2,1,2', quick: true });
    expect(figures).toEqual(['fig13', 'table1']);
    expect(extent).toMatchObject({ name: 'quick', devices: [1, 2] });
    expect(out).toMatch(/bench-results\/paper-quick$/);
  });

  it.each([{ only: 'fig16' }, { only: '' }, { devices: '7' }, { devices: '0' }])('refuse %j', (options) => {
    expect(() => paperSettings(options)).toThrow(expect.objectContaining({ code: 'DT_USAGE' }));
  });
});
