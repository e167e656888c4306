import type { HeadName } from './head-family.js';

/** Families that an ONNX file may have, as `model.head` and `--head` name them. */
export const ONNX_HEADS = [
  'yolox',
  'yolov5',
  'yolov8',
  'end-to-end',
  'yolo-nas',
  'yolo-nas-raw',
  'detr',
  'rf-detr',
  'ssd',
  'ssd-anchors',
  'nanodet',
  'centerface',
  'classifier',
] as const satisfies readonly HeadName[];
