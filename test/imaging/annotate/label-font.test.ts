import { describe, expect, it } from 'vitest';
import { loadLabelFont } from '../../../server/imaging/annotate/label-font.js';

describe('the font of the labels', async () => {
  const font = await loadLabelFont();
  const outline = (character: string) => font.glyphsOf(character)[0]!.outline;

  /** Left, bottom, right, top of an outline's points. */
  const extent = (character: string) => {
    const numbers = outline(character)
      .match(/-?[\d.]+/g)!
      .map(Number);
    const xs = numbers.filter((_, at) => at % 2 === 0);
    const ys = numbers.filter((_, at) => at % 2 === 1);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const;
  };

  it('draws letters as closed curves on the baseline', () => {
    const [left, bottom, right, top] = extent('H');
    expect(bottom).toBe(0);
    expect(top / font.unitsPerEm).toBeCloseTo(0.73, 2);
    expect(left).toBeGreaterThan(0);
    expect(right).toBeLessThan(font.widthOf('H'));
    expect(outline('H')).toMatch(/^M[^M]+Z$/);
    // Two contours: the ring's outside and its inside.
    expect(outline('o')).toMatch(/^M[^M]+ZM[^M]+Z$/);
    expect(outline('o')).toContain('Q');
  });

  it('puts accents where they belong', () => {
    const [, , , plain] = extent('e');
    const [, , , accented] = extent('é');
    expect(accented).toBeGreaterThan(plain * 1.2);
    expect(outline('é')).toContain(outline('e'));
  });

  it('sets glyphs side by side', () => {
    const glyphs = font.glyphsOf('dog 81%');
    expect(glyphs).toHaveLength(7);
    expect(glyphs.map(({ x }) => x)).toEqual([...glyphs.map(({ x }) => x)].sort((a, b) => a - b));
    expect(glyphs[1]!.x).toBe(font.widthOf('d'));
    expect(font.widthOf('dog 81%')).toBe(glyphs[6]!.x + font.widthOf('%'));
    expect(outline(' ')).toBe('');
  });

  it.each(['ß', 'Ł', 'ż', 'Ж', 'λ', '…'])('has %s', (character) => {
    expect(font.glyphsOf(character)[0]!.glyph).not.toBe(0);
  });

  it('draws a sign for what it lacks', () => {
    for (const character of ['犬', '🐕']) {
      const glyphs = font.glyphsOf(character);
      expect(glyphs).toHaveLength(1);
      expect(glyphs[0]!.glyph).toBe(0);
      expect(glyphs[0]!.outline).not.toBe('');
    }
  });
});
