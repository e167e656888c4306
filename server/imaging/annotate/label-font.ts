import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { openTrueType, type TrueTypeFont } from './truetype-outlines.js';

/** One size fits all: outlines are in font units and scaled where they are drawn. */
export interface LabelFont {
  readonly unitsPerEm: number;
  /** Width of a text in font units. */
  widthOf(text: string): number;
  /** The glyphs of a text from left to right, with their outlines (SVG path data, font units, y upwards). */
  glyphsOf(text: string): readonly PlacedGlyph[];
}

interface PlacedGlyph {
  readonly glyph: number;
  /** Where it starts, in font units from the text's left end. */
  readonly x: number;
  readonly outline: string;
}

const require = createRequire(import.meta.url);

let loading: Promise<LabelFont> | undefined;

/**
 * The font of the labels, read from an npm package when first needed: sharp would draw text with the system's fonts,
 * and a machine may have none. DejaVu is free, has Latin, Greek, Cyrillic and more, and stays legible when small.
 */
export function loadLabelFont(): Promise<LabelFont> {
  loading ??= readFile(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf')).then((bytes) =>
    labelFont(openTrueType(bytes)),
  );
  return loading;
}

function labelFont(font: TrueTypeFont): LabelFont {
  const outlines = new Map<number, string>();
  const outlineOf = (glyph: number) => {
    const known = outlines.get(glyph);
    if (known !== undefined) return known;
    const outline = font.outlineOf(glyph);
    outlines.set(glyph, outline);
    return outline;
  };
  const glyphsOf = (text: string) => {
    let x = 0;
    return Array.from(text, (character) => {
      const glyph = font.glyphOf(character.codePointAt(0)!);
      const placed = { glyph, x, outline: outlineOf(glyph) };
      x += font.advanceOf(glyph);
      return placed;
    });
  };
  const widthOf = (text: string) =>
    Array.from(text).reduce((width, character) => width + font.advanceOf(font.glyphOf(character.codePointAt(0)!)), 0);
  return { unitsPerEm: font.unitsPerEm, widthOf, glyphsOf };
}
