import type { SectionReader } from './darknet-sections.js';

/** What may stand in a layer's section. */
interface LayerOptions {
  /** Read and obeyed. */
  readonly read: readonly string[];
  /** They change the result and are not supported: allowed only with the value that changes nothing. */
  readonly neutral: Readonly<Record<string, readonly string[]>>;
  /** They concern training only, or tracking objects from picture to picture. */
  readonly training: readonly string[];
}

/** Options that Darknet reads for every layer, whatever its kind. */
const EVERY_LAYER: Pick<LayerOptions, 'neutral' | 'training'> = {
  neutral: { dontload: ['0'], dontloadscales: ['0'], numload: ['0'] },
  training: ['clip', 'dontsave', 'learning_rate', 'onlyforward', 'smooth', 'stopbackward', 'train', 'truth'],
};

const OFF = ['0'];

/** Of the heads of YOLOv3 and its relatives. */
const OF_YOLO = {
  read: ['anchors', 'beta_nms', 'classes', 'mask', 'nms_kind', 'num', 'scale_x_y'],
  training: [
    'beta1',
    'cls_normalizer',
    'counters_per_class',
    'delta_normalizer',
    'dets_for_show',
    'dets_for_track',
    'embedding_layer',
    'focal_loss',
    'ignore_thresh',
    'iou_loss',
    'iou_normalizer',
    'iou_thresh',
    'iou_thresh_kind',
    'jitter',
    'label_smooth_eps',
    'max',
    'max_delta',
    'obj_normalizer',
    'objectness_smooth',
    'random',
    'resize',
    'show_details',
    'sim_thresh',
    'track_ciou_norm',
    'track_history_size',
    'truth_thresh',
    'uc_normalizer',
  ],
};

export const LAYER_OPTIONS = {
  convolutional: {
    read: [
      'activation',
      'batch_normalize',
      'dilation',
      'filters',
      'groups',
      'pad',
      'padding',
      'share_index',
      'size',
      'stride',
      'xnor',
    ],
    neutral: {
      antialiasing: OFF,
      assisted_excitation: OFF,
      binary: OFF,
      cbn: OFF,
      coordconv: OFF,
      flipped: OFF,
      rotate: OFF,
      stretch: OFF,
      stretch_sway: OFF,
      sway: OFF,
    },
    // bin_output: with it AlexeyAB's Darknet computes no more than the signs of an output that nothing else is read of.
    training: ['angle', 'bin_output', 'dot', 'grad_centr', 'reverse', 'stream', 'train_only_bn', 'wait_stream'],
  },
  batchnorm: { read: [], neutral: {}, training: [] },
  local: { read: ['activation', 'filters', 'pad', 'size', 'stride'], neutral: {}, training: [] },
  maxpool: {
    read: ['size', 'stride', 'padding'],
    neutral: { antialiasing: OFF, maxpool_depth: OFF, maxpool_zero_nonmax: OFF, out_channels: ['1'] },
    training: [],
  },
  local_avgpool: { read: ['size', 'stride', 'padding'], neutral: {}, training: [] },
  route: { read: ['layers', 'groups', 'group_id'], neutral: {}, training: ['stream', 'wait_stream'] },
  shortcut: {
    read: ['from', 'activation'],
    neutral: { alpha: ['1'], beta: ['1'], weights_normalization: ['none'], weights_type: ['none'] },
    training: [],
  },
  sam: { read: ['from', 'activation'], neutral: {}, training: [] },
  scale_channels: { read: ['from', 'scale_wh', 'activation'], neutral: {}, training: [] },
  upsample: { read: ['stride', 'scale'], neutral: {}, training: [] },
  crop: {
    read: ['crop_height', 'crop_width', 'noadjust'],
    neutral: {},
    training: ['angle', 'exposure', 'flip', 'saturation', 'shift'],
  },
  activation: { read: ['activation'], neutral: {}, training: [] },
  reorg: {
    read: ['stride'],
    neutral: { extra: OFF, flatten: OFF, reverse: OFF },
    training: [],
  },
  reorg3d: { read: ['stride'], neutral: { reverse: OFF }, training: [] },
  connected: {
    read: ['output', 'batch_normalize', 'activation'],
    neutral: {},
    training: [],
  },
  avgpool: { read: [], neutral: {}, training: [] },
  dropout: {
    read: [],
    neutral: {},
    training: ['dropblock', 'dropblock_size_abs', 'dropblock_size_rel', 'probability'],
  },
  cost: {
    read: [],
    neutral: {},
    training: ['noobj', 'ratio', 'scale', 'thresh', 'type'],
  },
  contrastive: {
    read: [],
    neutral: {},
    training: [
      'classes',
      'cls_normalizer',
      'contrastive_neg_max',
      'detection',
      'max_delta',
      'steps',
      'temperature',
      'yolo_layer',
    ],
  },
  softmax: {
    read: ['temperature', 'tree'],
    neutral: { groups: ['1'], spatial: OFF },
    training: ['noloss'],
  },
  detection: {
    read: ['classes', 'coords', 'num', 'side', 'softmax', 'sqrt'],
    neutral: { reorg: OFF },
    training: [
      'class_scale',
      'coord_scale',
      'forced',
      'jitter',
      'max',
      'noobject_scale',
      'object_scale',
      'random',
      'rescore',
    ],
  },
  region: {
    read: ['anchors', 'classes', 'coords', 'num', 'softmax', 'tree'],
    neutral: { background: OFF },
    training: [
      'absolute',
      'bias_match',
      'class_scale',
      'classfix',
      'coord_scale',
      'focal_loss',
      'jitter',
      'log',
      // Which classes a validation of ImageNet counts.
      'map',
      'mask_scale',
      'max',
      'noobject_scale',
      'object_scale',
      'random',
      'rescore',
      'resize',
      'sqrt',
      'thresh',
    ],
  },
  yolo: { read: [...OF_YOLO.read, 'new_coords'], neutral: {}, training: OF_YOLO.training },
  Gaussian_yolo: { read: OF_YOLO.read, neutral: { yolo_point: ['center'] }, training: OF_YOLO.training },
} as const satisfies Record<string, LayerOptions>;

export type LayerKind = keyof typeof LAYER_OPTIONS;

/** Darknet's names for one kind of layer. */
const ALIASES: Readonly<Record<string, LayerKind>> = {
  avg: 'avgpool',
  conn: 'connected',
  conv: 'convolutional',
  local_avg: 'local_avgpool',
  max: 'maxpool',
  soft: 'softmax',
};

/** The kind that a section's name stands for; undefined for what is not supported. */
export function layerKind(name: string): LayerKind | undefined {
  if (Object.hasOwn(ALIASES, name)) {
    return ALIASES[name];
  }
  return Object.hasOwn(LAYER_OPTIONS, name) ? (name as LayerKind) : undefined;
}

/**
 * Refuses what would make our result differ from Darknet's without a word.
 *
 * @throws DT_CFG_OPTION for an option that is not supported or not known.
 */
export function checkOptions(reader: SectionReader, kind: LayerKind): void {
  const known: LayerOptions = LAYER_OPTIONS[kind];
  const neutral: Readonly<Record<string, readonly string[]>> = { ...EVERY_LAYER.neutral, ...known.neutral };
  const ignored = [...EVERY_LAYER.training, ...known.training];
  const stride = reader.text('stride', '1');
  for (const [name, { value, line }] of reader.section.options) {
    if (known.read.includes(name) || ignored.includes(name)) {
      continue;
    }
    if ((name === 'stride_x' || name === 'stride_y') && value === stride) {
      continue;
    }
    if (Object.hasOwn(neutral, name)) {
      if (!neutral[name]!.includes(value)) {
        reader.refuse('DT_CFG_OPTION', `${name}=${value} is not supported, only ${name}=${neutral[name]![0]}`, line);
      }
      continue;
    }
    reader.refuse(
      'DT_CFG_OPTION',
      `option ${name}=${value} is not supported; it may change the result, so it is not ignored`,
      line,
    );
  }
}
