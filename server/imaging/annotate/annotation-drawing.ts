import type { Annotation, AnnotationScale } from './annotation-layout.js';
import type { LabelFont } from './label-font.js';

/** Behind every coloured line and plate, so that it stands out from any picture. */
const CASING = 'stroke="#000" stroke-opacity=".55"';

/** Height of a capital in DejaVu, as a share of the text size. */
const CAPITAL_HEIGHT = 0.73;

/**
 * Boxes and plates as an SVG of the picture's size. It has no text elements: each glyph is a path.
 */
export function drawAnnotations(
  picture: { readonly width: number; readonly height: number },
  annotations: readonly Annotation[],
  scale: AnnotationScale,
  font: LabelFont,
): string {
  const used = new Map<number, string>();
  const boxes = annotations.map((annotation) => drawBox(annotation, scale)).join('');
  const plates = annotations.map((annotation) => drawPlate(annotation, scale, font, used)).join('');
  const glyphs = [...used].map(([glyph, outline]) => `<path id="g${glyph}" d="${outline}"/>`).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${picture.width}" height="${picture.height}">` +
    `<defs>${glyphs}</defs>${boxes}${plates}</svg>`
  );
}

function drawBox({ colour, box }: Annotation, { line, casing }: AnnotationScale): string {
  if (box === null) return '';
  const shape =
    `x="${short(box.x)}" y="${short(box.y)}" width="${short(box.width)}" height="${short(box.height)}" ` +
    `rx="${short(line)}" fill="none"`;
  return (
    `<rect ${shape} ${CASING} stroke-width="${short(line + 2 * casing)}"/>` +
    `<rect ${shape} stroke="${colour.line}" stroke-width="${short(line)}"/>`
  );
}

/** @param used collects the outlines that the texts refer to */
function drawPlate(
  { colour, plate, text }: Annotation,
  scale: AnnotationScale,
  font: LabelFont,
  used: Map<number, string>,
): string {
  const letters = font.glyphsOf(text).map(({ glyph, x, outline }) => {
    if (outline === '') return '';
    used.set(glyph, outline);
    return `<use href="#g${glyph}" x="${x}"/>`;
  });
  const baseline = plate.y + (plate.height + CAPITAL_HEIGHT * scale.text) / 2;
  const perUnit = scale.text / font.unitsPerEm;
  return (
    `<rect x="${short(plate.x)}" y="${short(plate.y)}" width="${short(plate.width)}" height="${short(plate.height)}" ` +
    `rx="${short(scale.line / 2)}" fill="${colour.line}" ${CASING} stroke-width="${short(scale.casing)}"/>` +
    `<g fill="${colour.text}" transform="translate(${short(plate.x + scale.margin)} ${short(baseline)}) ` +
    `scale(${perUnit} ${-perUnit})">${letters.join('')}</g>`
  );
}

/** A hundredth of a pixel is enough. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
