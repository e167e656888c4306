import { type AnnotationColour, colourOf } from './annotation-colours.js';

/** What is drawn on a picture for one detection or class, in pixels of the picture the right way up. */
export interface Annotation {
  readonly colour: AnnotationColour;
  /** The box's line, along its middle, all of it within the picture; null for a class, which is of the whole picture. */
  readonly box: Rectangle | null;
  /** The plate that carries the text. */
  readonly plate: Rectangle;
  /** What the plate says: label and score, shortened where the picture is narrow. */
  readonly text: string;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a picture, or something in it, is. */
export interface AnnotatedClass {
  readonly label: string;
  /** The label's place among the model's classes; without it, two labels may get one colour. */
  readonly classIndex?: number;
  /** 0 to 1. */
  readonly score: number;
}

/** A detection as people see it; `pixels` may reach beyond the picture. */
export interface AnnotatedDetection extends AnnotatedClass {
  readonly pixels: Rectangle;
}

/** Sizes, in pixels, that suit a picture. */
export interface AnnotationScale {
  readonly line: number;
  /** The dark line on either side of the coloured one. */
  readonly casing: number;
  readonly text: number;
  readonly plateHeight: number;
  /** Left and right of the text on its plate. */
  readonly margin: number;
}

/** A picture of 1920x1280 gets lines of 4 pixels and text of 28; a small one gets what can still be read. */
export function annotationScale(width: number, height: number): AnnotationScale {
  const side = Math.sqrt(width * height);
  const text = Math.max(12, Math.round(side * 0.018));
  return {
    line: Math.max(2, side * 0.0025),
    casing: Math.max(0.75, side * 0.0006),
    text,
    plateHeight: Math.round(text * 1.4),
    margin: Math.round(text * 0.35),
  };
}

/**
 * Where boxes and plates go. The best scores choose first: a plate goes to the first corner of its box where it lies
 * within the picture and on no other plate, else to where it covers least of them. Boxes outside the picture are left out.
 *
 * @param textWidth width in pixels of a text of `scale.text`
 * @returns lowest score first, the order to draw in
 */
export function layOutAnnotations(
  picture: { readonly width: number; readonly height: number },
  detections: readonly AnnotatedDetection[],
  scale: AnnotationScale,
  textWidth: (text: string) => number,
): Annotation[] {
  const placed: Annotation[] = [];
  const best = detections.toSorted((a, b) => b.score - a.score);
  for (const { label, classIndex, score, pixels } of best) {
    const box = boxWithin(picture, pixels, scale.line / 2 + scale.casing);
    if (box === undefined) continue;
    const { text, ...size } = plateFor(picture, label, score, scale, textWidth);
    const plate = choosePlate(picture, outerEdge(box, scale), size, placed);
    placed.push({ colour: colourOf(label, classIndex), box, plate, text });
  }
  return placed.reverse();
}

/** A picture's classes, one below the other from its top left corner, as many as there is room for. */
export function layOutClasses(
  picture: { readonly width: number; readonly height: number },
  classes: readonly AnnotatedClass[],
  scale: AnnotationScale,
  textWidth: (text: string) => number,
): Annotation[] {
  const rows = Math.max(1, Math.floor(picture.height / scale.plateHeight));
  return classes.slice(0, rows).map(({ label, classIndex, score }, row) => {
    const { text, width, height } = plateFor(picture, label, score, scale, textWidth);
    return { colour: colourOf(label, classIndex), box: null, plate: { x: 0, y: row * height, width, height }, text };
  });
}

/** What a plate says, and the size that it needs. */
function plateFor(
  picture: { readonly width: number },
  label: string,
  score: number,
  scale: AnnotationScale,
  textWidth: (text: string) => number,
) {
  const text = shorten(label, ` ${Math.round(score * 100)}%`, picture.width - 2 * scale.margin, textWidth);
  return { text, width: Math.min(picture.width, textWidth(text) + 2 * scale.margin), height: scale.plateHeight };
}

/** The part of a box within the picture, `inset` from its edge; undefined when there is none. */
function boxWithin(
  picture: { readonly width: number; readonly height: number },
  pixels: Rectangle,
  inset: number,
): Rectangle | undefined {
  const { x, y, width, height } = pixels;
  if (![x, y, width, height].every(Number.isFinite) || width < 0 || height < 0) return undefined;
  if (x + width < 0 || y + height < 0 || x > picture.width || y > picture.height) return undefined;
  const left = clamp(x, inset, picture.width - inset);
  const top = clamp(y, inset, picture.height - inset);
  return {
    x: left,
    y: top,
    width: clamp(x + width, inset, picture.width - inset) - left,
    height: clamp(y + height, inset, picture.height - inset) - top,
  };
}

function outerEdge(box: Rectangle, { line }: AnnotationScale): Rectangle {
  return { x: box.x - line / 2, y: box.y - line / 2, width: box.width + line, height: box.height + line };
}

/** Cuts the label, never the score. */
function shorten(label: string, score: string, room: number, textWidth: (text: string) => number): string {
  if (textWidth(label + score) <= room) return label + score;
  const characters = Array.from(label);
  while (characters.length > 0 && textWidth(`${characters.join('')}…${score}`) > room) characters.pop();
  return characters.length > 0 ? `${characters.join('')}…${score}` : score.trim();
}

function choosePlate(
  picture: { readonly width: number; readonly height: number },
  box: Rectangle,
  size: { readonly width: number; readonly height: number },
  placed: readonly Annotation[],
): Rectangle {
  const right = box.x + box.width - size.width;
  const above = box.y - size.height;
  const below = box.y + box.height;
  const corners = [
    [box.x, above],
    [right, above],
    [box.x, below],
    [box.x, box.y],
    [right, below],
    [right, box.y],
    [box.x, below - size.height],
    [right, below - size.height],
  ] as const;
  let chosen: Rectangle | undefined;
  let chosenCover = Number.POSITIVE_INFINITY;
  for (const [x, y] of corners) {
    if (y < 0 || y + size.height > picture.height) continue;
    const plate = { ...size, x: clamp(x, 0, picture.width - size.width), y };
    const cover = placed.reduce((area, other) => area + sharedArea(plate, other.plate), 0);
    if (cover < chosenCover) [chosen, chosenCover] = [plate, cover];
  }
  // Only a picture lower than a line of text has no room at all.
  return chosen ?? { ...size, x: clamp(box.x, 0, picture.width - size.width), y: 0 };
}

function sharedArea(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
