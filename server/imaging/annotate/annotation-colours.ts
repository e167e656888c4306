/** A box's colour and the colour of text upon it, both `#rrggbb`. */
export interface AnnotationColour {
  readonly line: string;
  readonly text: string;
}

/**
 * Seven hues that people with any of the common colour blindnesses tell apart (Okabe and Ito, "Color Universal Design",
 * 2008), brightest first; the text is black or white, whichever contrasts more.
 */
const PALETTE: readonly AnnotationColour[] = [
  { line: '#56b4e9', text: '#000000' },
  { line: '#e69f00', text: '#000000' },
  { line: '#009e73', text: '#000000' },
  { line: '#f0e442', text: '#000000' },
  { line: '#cc79a7', text: '#000000' },
  { line: '#d55e00', text: '#000000' },
  { line: '#0072b2', text: '#ffffff' },
];

/**
 * A label's colour, the same in every picture: by its place among the model's classes, else by its letters (FNV-1a), in
 * which case two labels may share one.
 */
export function colourOf(label: string, classIndex = hashOf(label)): AnnotationColour {
  return PALETTE[classIndex % PALETTE.length]!;
}

function hashOf(label: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(label)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
