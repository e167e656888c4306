import type {
  CentreFamily,
  CornerRowsFamily,
  DetrFamily,
  ListFamily,
  NanoDetFamily,
  QueryFamily,
  SsdAnchorsFamily,
  SsdFamily,
  YoloRowsFamily,
  YoloxFamily,
} from '../../server/heads/head-family.js';
import type { HeadOutputs, InputExtent } from '../../server/heads/head-output.js';

/** A box by its corners in pixels of the input. */
export interface ReferenceBox {
  readonly corners: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly classIndex: number;
  readonly score: number;
}

/** Every box and class of a head's outputs, whatever its score: the plain way, with arrays of arrays, as the models' own Python. */
export type Reference<Family> = (outputs: HeadOutputs, family: Family, input: InputExtent) => readonly ReferenceBox[];

const numbers = (outputs: HeadOutputs, name: string) => Array.from(outputs.get(name)!.data, Number);

function chunks(values: readonly number[], size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, row) => values.slice(row * size, (row + 1) * size));
}

function transposed(matrix: readonly (readonly number[])[]): number[][] {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}

function centred([cx, cy, w, h]: readonly number[]): ReferenceBox['corners'] {
  return [cx! - w! / 2, cy! - h! / 2, cx! + w! / 2, cy! + h! / 2];
}

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
const range = (count: number) => [...Array(count).keys()];

function best(scores: readonly number[]): { readonly classIndex: number; readonly score: number } {
  const score = Math.max(...scores);
  return { classIndex: scores.indexOf(score), score };
}

/** Cells of all levels as [x, y, stride]. */
function gridOf({ width, height }: InputExtent, strides: readonly number[]): readonly (readonly number[])[] {
  return strides.flatMap((stride) =>
    range(Math.ceil(height / stride)).flatMap((y) => range(Math.ceil(width / stride)).map((x) => [x, y, stride])),
  );
}

export const yolox: Reference<YoloxFamily> = (outputs, family, input) => {
  const grid = gridOf(input, family.strides);
  return chunks(numbers(outputs, family.output), 5 + family.classes).map(([x, y, w, h, objectness, ...scores], row) => {
    const [gx, gy, stride] = grid[row]!;
    const corners = centred([
      (x! + gx!) * stride!,
      (y! + gy!) * stride!,
      Math.exp(w!) * stride!,
      Math.exp(h!) * stride!,
    ]);
    return { corners, ...best(scores.map((score) => score * objectness!)) };
  });
};

export const yolov5: Reference<YoloRowsFamily> = (outputs, family) =>
  chunks(numbers(outputs, family.output), 5 + family.classes).map(([x, y, w, h, objectness, ...scores]) => ({
    corners: centred([x!, y!, w!, h!]),
    ...best(scores.map((score) => score * objectness!)),
  }));

export const yolov8: Reference<YoloRowsFamily> = (outputs, family) =>
  transposed(chunks(numbers(outputs, family.output), family.rows)).map((row) => ({
    corners: centred(row),
    ...best(row.slice(4, 4 + family.classes)),
  }));

export const endToEnd: Reference<ListFamily> = (outputs, family) =>
  chunks(numbers(outputs, family.output), 6).map(([x1, y1, x2, y2, score, classIndex]) => ({
    corners: [x1!, y1!, x2!, y2!],
    classIndex: classIndex!,
    score: score!,
  }));

export const yoloNas: Reference<ListFamily> = (outputs, family) => {
  const rows = chunks(numbers(outputs, family.output), 7);
  const end = rows.findIndex((row) => row[6]! < 0);
  return rows.slice(0, end < 0 ? rows.length : end).map(([, x1, y1, x2, y2, score, classIndex]) => ({
    corners: [x1!, y1!, x2!, y2!],
    classIndex: classIndex!,
    score: score!,
  }));
};

export const yoloNasRaw: Reference<CornerRowsFamily> = (outputs, family) => {
  const scores = chunks(numbers(outputs, family.scores), family.classes);
  return chunks(numbers(outputs, family.boxes), 4).map((box, row) => ({
    corners: box as unknown as ReferenceBox['corners'],
    ...best(scores[row]!),
  }));
};

export const detr: Reference<DetrFamily> = (outputs, family) => {
  const [labels, scores] = [numbers(outputs, family.labels), numbers(outputs, family.scores)];
  return chunks(numbers(outputs, family.boxes), 4).map((box, row) => ({
    corners: box as unknown as ReferenceBox['corners'],
    classIndex: labels[row]!,
    score: scores[row]!,
  }));
};

export const rfDetr: Reference<QueryFamily> = (outputs, family, { width, height }) => {
  const logits = chunks(numbers(outputs, family.logits), family.classes);
  return chunks(numbers(outputs, family.boxes), 4).flatMap(([cx, cy, w, h], row) =>
    logits[row]!.map((logit, classIndex) => ({
      corners: centred([cx! * width, cy! * height, w! * width, h! * height]),
      classIndex,
      score: sigmoid(logit),
    })),
  );
};

export const ssd: Reference<SsdFamily> = (outputs, family, { width, height }) => {
  const [classes, scores] = [numbers(outputs, family.classes), numbers(outputs, family.scores)];
  const count = family.count === null ? scores.length : numbers(outputs, family.count)[0]!;
  return chunks(numbers(outputs, family.boxes), 4)
    .map(
      ([y1, x1, y2, x2], row): ReferenceBox => ({
        corners: [x1! * width, y1! * height, x2! * width, y2! * height],
        classIndex: classes[row]! + family.classOffset,
        score: scores[row]!,
      }),
    )
    .slice(0, count);
};

/** The anchors' scales and aspects (height : width) as the published list of the COCO configuration has them. */
function tensorflowAnchors(level: number, levels: number): readonly (readonly [h: number, w: number])[] {
  const scales = [...range(levels).map((index) => 0.2 + (0.75 / (levels - 1)) * index), 1];
  const [scale, next] = [scales[level]!, scales[level + 1]!];
  const list =
    level === 0
      ? [[0.1, 1], [scale, 2], [scale, 0.5]] // biome-ignore format: a table
      : [[scale, 1], [scale, 2], [scale, 0.5], [scale, 3], [scale, 0.3333], [Math.sqrt(scale * next), 1]]; // biome-ignore format: a table
  return list.map(([size, aspect]) => [size! / aspect! ** 0.5, size! * aspect! ** 0.5]);
}

export const ssdAnchors: Reference<SsdAnchorsFamily> = (outputs, { classes, levels }, input) =>
  levels.flatMap(({ boxes, scores, height, width }, level) => {
    const perCell = (name: string) => transposed(chunks(numbers(outputs, name), height * width));
    const [boxCells, scoreCells] = [perCell(boxes), perCell(scores)];
    return gridOf({ width, height }, [1]).flatMap(([x, y], cell) =>
      tensorflowAnchors(level, levels.length).flatMap(([ha, wa], anchor) => {
        const [ty, tx, th, tw] = boxCells[cell]!.slice(4 * anchor, 4 * anchor + 4);
        const cy = (ty! / 10) * ha + (y! + 0.5) / height;
        const cx = (tx! / 10) * wa + (x! + 0.5) / width;
        const extents = [Math.exp(tw! / 5) * wa * input.width, Math.exp(th! / 5) * ha * input.height];
        const corners = centred([cx * input.width, cy * input.height, ...extents]);
        const logits = scoreCells[cell]!.slice(classes * anchor, classes * (anchor + 1));
        return logits.map((logit, classIndex) => ({ corners, classIndex, score: sigmoid(logit) })).slice(1);
      }),
    );
  });

export const nanodet: Reference<NanoDetFamily> = (outputs, { bins, classes, levels, origin }, input) => {
  const shares = (logits: readonly number[]) => {
    const powers = logits.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };
  const isJoint = levels[0]!.scores === levels[0]!.distances;
  const strides = levels.map(({ stride }) => stride);
  const scores = isJoint
    ? chunks(numbers(outputs, levels[0]!.scores), classes + 4 * bins).map((row) => row.slice(0, classes))
    : levels.flatMap((level) => chunks(numbers(outputs, level.scores), classes));
  const sides = isJoint
    ? chunks(numbers(outputs, levels[0]!.scores), classes + 4 * bins).map((row) => row.slice(classes))
    : levels.flatMap((level) => chunks(numbers(outputs, level.distances), 4 * bins));
  return gridOf(input, strides).flatMap(([x, y, stride], row) => {
    const shift = { corner: 0, middle: 0.5 * stride!, 'middle-pixel': 0.5 * stride! - 0.5 }[origin];
    const [left, top, right, bottom] = chunks(sides[row]!, bins).map(
      (logits) => shares(logits).reduce((sum, share, bin) => sum + share * bin, 0) * stride!,
    );
    const [cx, cy] = [x! * stride! + shift, y! * stride! + shift];
    const corners = [cx - left!, cy - top!, cx + right!, cy + bottom!] as const;
    return scores[row]!.map((score, classIndex) => ({ corners, classIndex, score }));
  });
};

export const centerface: Reference<CentreFamily> = (outputs, family, input) => {
  const [heat] = [numbers(outputs, family.scores)];
  const [heights, widths] = chunks(numbers(outputs, family.sizes), heat.length);
  const [downs, rights] = chunks(numbers(outputs, family.offsets), heat.length);
  return gridOf(input, [4]).map(([x, y], cell) => ({
    corners: centred([
      4 * (x! + rights![cell]! + 0.5),
      4 * (y! + downs![cell]! + 0.5),
      4 * Math.exp(widths![cell]!),
      4 * Math.exp(heights![cell]!),
    ]),
    classIndex: 0,
    score: heat[cell]!,
  }));
};

/** Greedy suppression over all boxes at once, as torchvision's `batched_nms`: boxes of other classes are moved apart. */
export function suppressed(boxes: readonly ReferenceBox[], limit: number): readonly ReferenceBox[] {
  const apart = boxes.map(({ corners, classIndex }) => corners.map((edge) => edge + classIndex * 1e5));
  const order = [...boxes.keys()].sort((a, b) => boxes[b]!.score - boxes[a]!.score);
  const gone = new Set<number>();
  return order
    .filter((index) => {
      if (gone.has(index)) return false;
      for (const other of order) if (overlap(apart[index]!, apart[other]!) > limit && other !== index) gone.add(other);
      return true;
    })
    .map((index) => boxes[index]!);
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const extent = (axis: 0 | 1) => Math.max(0, Math.min(a[axis + 2]!, b[axis + 2]!) - Math.max(a[axis]!, b[axis]!));
  const area = (box: readonly number[]) => (box[2]! - box[0]!) * (box[3]! - box[1]!);
  const shared = extent(0) * extent(1);
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}
