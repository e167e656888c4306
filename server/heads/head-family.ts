import type { ClassTree } from './class-tree.js';

/**
 * How boxes are made of a graph's outputs. `rows` are the places that propose boxes (cells, anchors or queries); shapes are
 * those of one picture. Names of outputs are the graph's.
 */
export type DetectorFamily =
  | DetectionFamily
  | RegionFamily
  | YoloFamily
  | YoloxFamily
  | YoloRowsFamily
  | ListFamily
  | DetrFamily
  | QueryFamily
  | CornerRowsFamily
  | SsdFamily
  | SsdAnchorsFamily
  | NanoDetFamily
  | CentreFamily;

export type HeadFamily = DetectorFamily | ClassifierFamily;

/** Name of a family, as `model.head` has it. */
export type HeadName = HeadFamily['kind'];

/**
 * Darknet's first YOLO, side² * (classes + 5 * boxes) numbers: the classes' scores of each cell, then what each box multiplies them by,
 * then each box's x, y, width, height.
 */
export interface DetectionFamily {
  readonly kind: 'detection';
  readonly output: string;
  readonly shape: readonly number[];
  /** Cells a side. */
  readonly side: number;
  /** Of a cell. */
  readonly boxes: number;
  readonly classes: number;
  /** Scores of a cell are logits that become probabilities, which add up to 1. */
  readonly isSoftmax: boolean;
  /** Widths and heights are square roots of fractions of the input, otherwise the fractions. */
  readonly areRoots: boolean;
}

/** Darknet's YOLOv2, `[1, anchors * (5 + classes), height, width]`: for each anchor x, y, w, h, objectness and scores, all as logits. */
export interface RegionFamily {
  readonly kind: 'region';
  readonly output: string;
  readonly height: number;
  readonly width: number;
  /** 0: objectness is the score of the only class. */
  readonly classes: number;
  /** Scores of a box add up to 1; otherwise each stands for itself. */
  readonly isSoftmax: boolean;
  /** Classes are of a hierarchy: a box has the most specific one that is probable enough, with objectness as its score (YOLO9000). */
  readonly tree?: ClassTree;
  /** In cells, [width, height] each. */
  readonly anchors: readonly (readonly [number, number])[];
}

/** Darknet's YOLOv3 and later: levels with anchors of their own. */
export interface YoloFamily {
  readonly kind: 'yolo';
  readonly classes: number;
  readonly levels: readonly YoloLevel[];
  /** NMS goes by `IoU - (d² / c²)^exponent`, d between centres, c the diagonal around both boxes; null: by IoU. */
  readonly distanceExponent: number | null;
}

/**
 * `[1, anchors * (5 + classes), height, width]`: for each anchor x, y, w, h, objectness and scores; with uncertainties
 * `[1, anchors * (9 + classes), height, width]`.
 */
export interface YoloLevel {
  readonly output: string;
  readonly height: number;
  readonly width: number;
  /** In pixels of the input, [width, height] each. */
  readonly anchors: readonly (readonly [number, number])[];
  /** Stretches the centre beyond its cell: `scale * sigmoid(x) - (scale - 1) / 2`. */
  readonly scaleXY: number;
  /** The graph has taken the sigmoids, and a size is `(2 * w)²` anchors, where otherwise it is `exp(w)`. */
  readonly hasNewCoords: boolean;
  /** x, y, w and h are each followed by how uncertain it is; 1 minus the mean of these multiplies the scores (Gaussian YOLOv3). */
  readonly hasUncertainties?: boolean;
}

/** `[1, rows, 5 + classes]`: x, y, w, h relative to cell and stride (`(p + cell) * stride`, `exp(p) * stride`), objectness, scores. */
export interface YoloxFamily {
  readonly kind: 'yolox';
  readonly output: string;
  readonly rows: number;
  readonly classes: number;
  /** Of the levels, in the rows' order. */
  readonly strides: readonly number[];
}

/**
 * Centre and size in pixels of the input. `yolov5`: `[1, rows, 5 + classes]` with objectness. `yolov8` (also v9 and 11):
 * `[1, channels, rows]` without; channels after the scores (masks, key points) are not read.
 */
export interface YoloRowsFamily {
  readonly kind: 'yolov5' | 'yolov8';
  readonly output: string;
  readonly rows: number;
  /** Numbers a row. */
  readonly channels: number;
  readonly classes: number;
}

/**
 * A list of finished boxes by their corners in pixels of the input. `end-to-end`: `[1, n, 6]` x1 y1 x2 y2 score class.
 * `yolo-nas`: `[n, 7]` picture x1 y1 x2 y2 score class, which ends at the first class below 0.
 */
export interface ListFamily {
  readonly kind: 'end-to-end' | 'yolo-nas';
  readonly output: string;
}

/** Finished boxes `[1, n, 4]` x1 y1 x2 y2 in pixels (the graph is told the input's size), their classes and scores `[1, n]`. */
export interface DetrFamily {
  readonly kind: 'detr';
  readonly labels: string;
  readonly boxes: string;
  readonly scores: string;
}

/** Boxes `[1, rows, 4]` centre and size as fractions of the input, and the classes' logits `[1, rows, classes]` (RF-DETR). */
export interface QueryFamily {
  readonly kind: 'rf-detr';
  readonly boxes: string;
  readonly logits: string;
  readonly rows: number;
  readonly classes: number;
}

/** Corners `[1, rows, 4]` x1 y1 x2 y2 in pixels of the input and scores `[1, rows, classes]`: YOLO-NAS without its NMS. */
export interface CornerRowsFamily {
  readonly kind: 'yolo-nas-raw';
  readonly boxes: string;
  readonly scores: string;
  readonly rows: number;
  readonly classes: number;
}

/** Finished boxes `[1, n, 4]` y1 x1 y2 x2 as fractions of the input, classes and scores `[1, n]`, how many count `[1]`. */
export interface SsdFamily {
  readonly kind: 'ssd';
  readonly boxes: string;
  readonly classes: string;
  readonly scores: string;
  /** Null: all rows count. */
  readonly count: string | null;
  /** Added to a class: 1 where 0 is COCO's id 1, as in TFLite files. */
  readonly classOffset: number;
}

/** TensorFlow's SSD without its last step: box offsets from anchors, and the classes' logits, of which the first is background. */
export interface SsdAnchorsFamily {
  readonly kind: 'ssd-anchors';
  /** With background. */
  readonly classes: number;
  /** From the finest to the coarsest map. */
  readonly levels: readonly SsdLevel[];
}

export interface SsdLevel {
  /** `[1, anchors * 4, height, width]`: y, x, height, width. */
  readonly boxes: string;
  /** `[1, anchors * classes, height, width]` */
  readonly scores: string;
  readonly anchors: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Scores, and distances of the four sides as distributions over 0, 1, .., bins - 1 strides (generalised focal loss). NanoDet
 * and PicoDet.
 */
export interface NanoDetFamily {
  readonly kind: 'nanodet';
  readonly classes: number;
  readonly bins: number;
  /**
   * What the sides are measured from: a cell's top left corner (NanoDet-Plus), its middle (PicoDet), or the middle of its
   * pixels, half a pixel before (NanoDet of 2020).
   */
  readonly origin: 'corner' | 'middle' | 'middle-pixel';
  readonly levels: readonly NanoDetLevel[];
}

export interface NanoDetLevel {
  readonly stride: number;
  /** `[1, cells, classes]`; the same output as `distances` where one holds both, scores first. */
  readonly scores: string;
  /** `[1, cells, 4 * bins]`: left, top, right, bottom. */
  readonly distances: string;
  /** Rows of these outputs, of all levels that they hold. */
  readonly rows: number;
  /** The first row of this level. */
  readonly firstRow: number;
}

/** Maps of `stride`: one score `[1, 1, h, w]`, the logarithm of height and width `[1, 2, h, w]`, the centre's y and x `[1, 2, h, w]`. */
export interface CentreFamily {
  readonly kind: 'centerface';
  readonly scores: string;
  readonly sizes: string;
  readonly offsets: string;
  readonly stride: number;
}

/** One number a class, `[1, classes]` or `[1, classes, 1, 1]`. */
export interface ClassifierFamily {
  readonly kind: 'classifier';
  readonly output: string;
  readonly shape: readonly number[];
  readonly classes: number;
  /** Whether the numbers are logits whatever they are; otherwise those from 0 that add up to 1 are probabilities. */
  readonly areLogits?: boolean;
  /** Divides logits; 1 when absent. */
  readonly temperature?: number;
  /** Classes are of a hierarchy, whose leaves are named. */
  readonly tree?: ClassTree;
}
