import type { SectionReader } from './darknet-sections.js';

/** What may stand in a layer's section. */
interface LayerOptions {
  /** Read and obeyed. */
  readonly read: readonly string[];
  /** They change the result and are not supported: allowed only with the value that changes nothing. */
  readonly neutral: Readonly<Record<string, readonly string[]>>;
  /** They concern training only. */
  readonly training: readonly string[];
}

/** Options that Darknet reads for every layer, whatever its kind. */
const EVERY_LAYER: Pick<LayerOptions, 'neutral' | 'training'> = {
  neutral: { dontload: ['0'], dontloadscales: ['0'], numload: ['0'] },
  training: ['clip', 'dontsave', 'learning_rate', 'onlyforward', 'smooth', 'stopbackward', 'train', 'truth'],
};

const OFF = ['0'];

export const LAYER_OPTIONS = {
  convolutional: {
    read: ['filters', 'size', 'stride', 'pad', 'padding', 'groups', 'batch_normalize', 'activation'],
    neutral: {
      antialiasing: OFF,
      assisted_excitation: OFF,
      bin_output: OFF,
      binary: OFF,
      cbn: OFF,
      coordconv: OFF,
      dilation: ['1'],
      flipped: OFF,
      rotate: OFF,
      stretch: OFF,
      stretch_sway: OFF,
      sway: OFF,
      xnor: OFF,
    },
    training: ['angle', 'dot', 'train_only_bn'],
  },
  maxpool: {
    read: ['size', 'stride', 'padding'],
    neutral: { antialiasing: OFF, maxpool_depth: OFF, out_channels: ['1'] },
    training: [],
  },
  route: {
    read: ['layers'],
    neutral: { groups: ['1'], group_id: OFF },
    training: [],
  },
  reorg: {
    read: ['stride'],
    neutral: { extra: OFF, flatten: OFF, reverse: OFF },
    training: [],
  },
  connected: {
    read: ['output', 'batch_normalize', 'activation'],
    neutral: {},
    training: [],
  },
  avgpool: { read: [], neutral: {}, training: [] },
  dropout: { read: [], neutral: {}, training: ['probability'] },
  cost: {
    read: [],
    neutral: {},
    training: ['noobj', 'ratio', 'scale', 'thresh', 'type'],
  },
  softmax: {
    read: [],
    neutral: { groups: ['1'], spatial: OFF, temperature: ['1'] },
    training: ['noloss'],
  },
  region: {
    read: ['anchors', 'classes', 'coords', 'num', 'softmax'],
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
      'mask_scale',
      'max',
      'noobject_scale',
      'object_scale',
      'random',
      'rescore',
      'sqrt',
      'thresh',
    ],
  },
} as const satisfies Record<string, LayerOptions>;

export type LayerKind = keyof typeof LAYER_OPTIONS;

/** Darknet's names for one kind of layer. */
const ALIASES: Readonly<Record<string, LayerKind>> = {
  avg: 'avgpool',
  conn: 'connected',
  conv: 'convolutional',
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
