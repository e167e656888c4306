/**
 * Glyph outlines of a TrueType font, read where they lie: opening costs nothing and a glyph is read when it is first
 * asked for, which a parser of whole fonts (200 ms of a blocked thread for ours) does not offer.
 *
 * Only what drawing a line of text needs: no kerning, ligatures, right-to-left order or hinting.
 */
export interface TrueTypeFont {
  readonly unitsPerEm: number;
  /** The glyph of a character; 0 is the font's sign for "missing". */
  glyphOf(codePoint: number): number;
  /** How far the next glyph starts, in font units. */
  advanceOf(glyph: number): number;
  /** SVG path data in font units, y upwards; empty for a space. */
  outlineOf(glyph: number): string;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly onCurve: boolean;
}

type Contour = readonly Point[];

/** Bounds the nesting of composite glyphs, which a damaged font could make endless. */
const MAX_NESTING = 6;

/**
 * @param bytes a TrueType file (`.ttf`) with a Unicode character map of format 4
 * @throws RangeError when the file is cut off; Error when it lacks a table
 */
export function openTrueType(bytes: Uint8Array): TrueTypeFont {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = readTableOffsets(view);
  const head = tables('head');
  const longOffsets = view.getInt16(head + 50) === 1;
  const glyphStart = (glyph: number) =>
    longOffsets ? view.getUint32(tables('loca') + 4 * glyph) : 2 * view.getUint16(tables('loca') + 2 * glyph);
  const measuredGlyphs = view.getUint16(tables('hhea') + 34);
  const contoursOf = (glyph: number, nesting = 0): Contour[] => {
    const start = glyphStart(glyph);
    if (start === glyphStart(glyph + 1) || nesting > MAX_NESTING) return [];
    const at = tables('glyf') + start;
    const contours = view.getInt16(at);
    if (contours >= 0) return readSimpleGlyph(view, at + 10, contours);
    return readComponents(view, at + 10).flatMap(({ glyph: part, place }) =>
      contoursOf(part, nesting + 1).map((contour) => contour.map(place)),
    );
  };
  const characterMap = findCharacterMap(view, tables('cmap'));
  return {
    unitsPerEm: view.getUint16(head + 18),
    glyphOf: (codePoint) => lookUpGlyph(view, characterMap, codePoint),
    // Glyphs beyond the last measured one are as wide as that one.
    advanceOf: (glyph) => view.getUint16(tables('hmtx') + 4 * Math.min(glyph, measuredGlyphs - 1)),
    outlineOf: (glyph) => contoursOf(glyph).map(contourToPath).join(''),
  };
}

function readTableOffsets(view: DataView): (tag: string) => number {
  const offsets = new Map<string, number>();
  for (let table = 0; table < view.getUint16(4); table++) {
    const record = 12 + 16 * table;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(record + byte)));
    offsets.set(tag, view.getUint32(record + 8));
  }
  return (tag) => {
    const offset = offsets.get(tag);
    if (offset === undefined) throw new Error(`Expected a TrueType font with a '${tag}' table, got one without.`);
    return offset;
  };
}

/** Offset of the map for the Basic Multilingual Plane. */
function findCharacterMap(view: DataView, cmap: number): number {
  for (let record = 0; record < view.getUint16(cmap + 2); record++) {
    const offset = cmap + view.getUint32(cmap + 4 + 8 * record + 4);
    if (view.getUint16(offset) === 4) return offset;
  }
  throw new Error('Expected a TrueType font with a character map of format 4, got one without.');
}

/** Format 4: segments of consecutive characters, each with a difference to add or a list of glyphs. */
function lookUpGlyph(view: DataView, map: number, codePoint: number): number {
  const doubleCount = view.getUint16(map + 6);
  const ends = map + 14;
  const starts = ends + doubleCount + 2;
  const deltas = starts + doubleCount;
  const ranges = deltas + doubleCount;
  for (let segment = 0; segment < doubleCount; segment += 2) {
    if (view.getUint16(ends + segment) < codePoint) continue;
    const start = view.getUint16(starts + segment);
    if (start > codePoint) return 0;
    const delta = view.getUint16(deltas + segment);
    const range = view.getUint16(ranges + segment);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = view.getUint16(ranges + segment + range + 2 * (codePoint - start));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}

const ON_CURVE = 0x01;
const REPEATED = 0x08;

function readSimpleGlyph(view: DataView, start: number, contours: number): Contour[] {
  const ends = Array.from({ length: contours }, (_, contour) => view.getUint16(start + 2 * contour));
  const count = (ends.at(-1) ?? -1) + 1;
  let at = start + 2 * contours;
  at += 2 + view.getUint16(at); // the hinting instructions
  const flags: number[] = [];
  while (flags.length < count) {
    const flag = view.getUint8(at++);
    const times = flag & REPEATED ? view.getUint8(at++) + 1 : 1;
    for (let time = 0; time < times; time++) flags.push(flag);
  }
  const readAxis = (shortBit: number, sameBit: number) => {
    let value = 0;
    return flags.map((flag) => {
      if (flag & shortBit) {
        value += flag & sameBit ? view.getUint8(at) : -view.getUint8(at);
        at += 1;
      } else if (!(flag & sameBit)) {
        value += view.getInt16(at);
        at += 2;
      }
      return value;
    });
  };
  const xs = readAxis(0x02, 0x10);
  const ys = readAxis(0x04, 0x20);
  const points = xs.map((x, index) => ({ x, y: ys[index]!, onCurve: (flags[index]! & ON_CURVE) !== 0 }));
  return ends.map((end, contour) => points.slice(contour === 0 ? 0 : ends[contour - 1]! + 1, end + 1));
}

interface Component {
  readonly glyph: number;
  readonly place: (point: Point) => Point;
}

/** The parts of a composite glyph, such as a letter and its accent, each with its own scale and offset. */
function readComponents(view: DataView, start: number): Component[] {
  const components: Component[] = [];
  let at = start;
  for (;;) {
    const flags = view.getUint16(at);
    const glyph = view.getUint16(at + 2);
    at += 4;
    const words = (flags & 0x0001) !== 0;
    // Bit 1: the arguments are an offset; else they name points to be joined, which no Latin accent here uses.
    const isOffset = (flags & 0x0002) !== 0;
    const dx = isOffset ? (words ? view.getInt16(at) : view.getInt8(at)) : 0;
    const dy = isOffset ? (words ? view.getInt16(at + 2) : view.getInt8(at + 1)) : 0;
    at += words ? 4 : 2;
    const fraction = () => {
      at += 2;
      return view.getInt16(at - 2) / 16_384;
    };
    let [xx, xy, yx, yy] = [1, 0, 0, 1];
    if (flags & 0x0008) {
      xx = yy = fraction();
    } else if (flags & 0x0040) {
      [xx, yy] = [fraction(), fraction()];
    } else if (flags & 0x0080) {
      [xx, xy, yx, yy] = [fraction(), fraction(), fraction(), fraction()];
    }
    components.push({
      glyph,
      place: ({ x, y, onCurve }) => ({ x: x * xx + y * yx + dx, y: x * xy + y * yy + dy, onCurve }),
    });
    if (!(flags & 0x0020)) return components;
  }
}

/** Quadratic curves: between two control points that follow each other lies a point of the curve, half way. */
function contourToPath(contour: Contour): string {
  if (contour.length < 2) return '';
  const midpoint = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, onCurve: true });
  const first = contour.findIndex((point) => point.onCurve);
  const start = first === -1 ? midpoint(contour.at(-1)!, contour[0]!) : contour[first]!;
  const rest = first === -1 ? contour : [...contour.slice(first + 1), ...contour.slice(0, first)];
  let path = `M${start.x} ${start.y}`;
  rest.forEach((point, index) => {
    if (point.onCurve) {
      // A straight line, unless the point before was a control point: then its curve has been drawn up to here.
      if (index === 0 || rest[index - 1]!.onCurve) path += `L${point.x} ${point.y}`;
      return;
    }
    const next = rest[index + 1] ?? start;
    const end = next.onCurve ? next : midpoint(point, next);
    path += `Q${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return `${path}Z`;
}
