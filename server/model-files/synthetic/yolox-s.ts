import { type ConvSettings, type DraftMap, OnnxDraft } from './onnx-draft.js';

/** Edge of the picture, in pixels, and cells of its maps of strides 8, 16 and 32. */
const SIZE = 640;
const ROWS = [8, 16, 32].reduce((sum, stride) => sum + (SIZE / stride) ** 2, 0);
const CLASSES = 80;

/** Depth 0.33 of 3 and 9 bottlenecks, width 0.5 of 64 channels. */
const FEW = 1;
const MANY = 3;
const WIDTH = 32;

/** The picture's bytes come as they are: the first convolution makes somewhat smaller numbers of them. */
const PICTURE_GAIN = 0.2;
/** Of what is added to another map: keeps sums of several from growing. */
const RESIDUAL_GAIN = 0.3;
/** Keeps the exponentials of widths and heights near 1. */
const HEAD_GAIN = 0.02;
/** Scores are near 0.01 then, as where training begins: few boxes, as a trained network finds. */
const SCORE_BIAS = -4.6;

/**
 * A detector with the structure of YOLOX-S (Z. Ge et al., YOLOX: Exceeding YOLO Series in 2021, arXiv 2107.08430) and weights out of a
 * seed, which detects nothing: Focus stem, CSPDarknet, PAFPN, decoupled heads; one output `[1, 8400, 85]` of boxes relative to their
 * cells, objectness and class scores. 13.3 GMAC.
 *
 * @returns an ONNX file.
 */
export function yoloxS(seed: number): Uint8Array {
  const draft = new OnnxDraft(seed, SIZE);
  const levels = neck(draft, backbone(draft)).map((map) => head(draft, map).name);
  const rows = levels.map((name) => draft.node('Reshape', [name, draft.int64s([1, 5 + CLASSES, -1])]));
  const all = draft.node('Concat', rows, { axis: { integer: 2 } });
  const output = draft.node('Transpose', [all], { perm: { integers: [0, 2, 1] } });
  return draft.file([{ name: output, dims: [1, ROWS, 5 + CLASSES] }]);
}

/** Maps of strides 8, 16 and 32. */
type Levels = readonly [DraftMap, DraftMap, DraftMap];

function block(draft: OnnxDraft, from: DraftMap, channels: number, settings: ConvSettings = {}): DraftMap {
  return draft.silu(draft.conv(from, channels, settings));
}

/** CSPDarknet. */
function backbone(draft: OnnxDraft): Levels {
  const { picture } = draft;
  const places = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const;
  const focus = draft.concat(places.map(([row, column]) => draft.everySecond(picture, row, column)));
  const stem = block(draft, focus, WIDTH, { kernel: 3, gain: PICTURE_GAIN });
  const shallow = csp(draft, down(draft, stem, 2 * WIDTH), 2 * WIDTH, FEW, true);
  const fine = csp(draft, down(draft, shallow, 4 * WIDTH), 4 * WIDTH, MANY, true);
  const middle = csp(draft, down(draft, fine, 8 * WIDTH), 8 * WIDTH, MANY, true);
  const pooled = pyramid(draft, down(draft, middle, 16 * WIDTH));
  return [fine, middle, csp(draft, pooled, 16 * WIDTH, FEW, false)];
}

/** PAFPN: from coarse to fine, and back. */
function neck(draft: OnnxDraft, [fine, middle, coarse]: Levels): Levels {
  const coarseIn = block(draft, coarse, 8 * WIDTH);
  const middleIn = csp(draft, draft.concat([draft.twice(coarseIn), middle]), 8 * WIDTH, FEW, false);
  const fineIn = block(draft, middleIn, 4 * WIDTH);
  const fineOut = csp(draft, draft.concat([draft.twice(fineIn), fine]), 4 * WIDTH, FEW, false);
  const middleOut = csp(draft, draft.concat([down(draft, fineOut, 4 * WIDTH), fineIn]), 8 * WIDTH, FEW, false);
  const coarseOut = csp(draft, draft.concat([down(draft, middleOut, 8 * WIDTH), coarseIn]), 16 * WIDTH, FEW, false);
  return [fineOut, middleOut, coarseOut];
}

/** Box, objectness and class scores of a level, in 85 channels. */
function head(draft: OnnxDraft, level: DraftMap): DraftMap {
  const wide = 4 * WIDTH;
  const stem = block(draft, level, wide);
  const branch = () => block(draft, block(draft, stem, wide, { kernel: 3 }), wide, { kernel: 3 });
  const [ofClasses, ofBoxes] = [branch(), branch()];
  const score = (from: DraftMap, channels: number) =>
    draft.sigmoid(draft.conv(from, channels, { gain: HEAD_GAIN, bias: SCORE_BIAS }));
  const box = draft.conv(ofBoxes, 4, { gain: HEAD_GAIN });
  return draft.concat([box, score(ofBoxes, 1), score(ofClasses, CLASSES)]);
}

/** Half as many rows and columns. */
function down(draft: OnnxDraft, from: DraftMap, channels: number): DraftMap {
  return block(draft, from, channels, { kernel: 3, stride: 2 });
}

/** Half the channels through bottlenecks, half past them. */
function csp(draft: OnnxDraft, from: DraftMap, channels: number, count: number, isResidual: boolean): DraftMap {
  let deep = block(draft, from, channels / 2);
  const past = block(draft, from, channels / 2);
  for (let i = 0; i < count; i++) deep = bottleneck(draft, deep, isResidual);
  return block(draft, draft.concat([deep, past]), channels);
}

function bottleneck(draft: OnnxDraft, from: DraftMap, isResidual: boolean): DraftMap {
  const narrow = block(draft, from, from.channels);
  if (!isResidual) return block(draft, narrow, from.channels, { kernel: 3 });
  return draft.add(block(draft, narrow, from.channels, { kernel: 3, gain: RESIDUAL_GAIN }), from);
}

/** Spatial pyramid pooling. */
function pyramid(draft: OnnxDraft, from: DraftMap): DraftMap {
  const narrow = block(draft, from, from.channels / 2);
  const pooled = [5, 9, 13].map((kernel) => draft.maxPool(narrow, kernel));
  return block(draft, draft.concat([narrow, ...pooled]), from.channels);
}
