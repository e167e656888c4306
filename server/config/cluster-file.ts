import { type Static, Type } from 'typebox';
import { LARGEST_INPUT_SIDE } from '../formats/darknet/layer-limits.js';
import { ONNX_HEADS } from '../heads/onnx-heads.js';
import { BUILT_IN_MODELS } from '../model/built-in/registry.js';
import { BUILT_IN_ONNX } from '../model-files/built-in-onnx.js';
import { CLUSTER_DEFAULTS as defaults } from './defaults.js';
import { engine } from './sections/engine-section.js';
import { devices, gateway } from './sections/nodes-section.js';
import { schedule } from './sections/schedule-section.js';
import { byteSize, choice, decimal, depth, flag, milliseconds, text, whole } from './sections/schema-fields.js';
import { store } from './sections/store-section.js';
import { tls } from './sections/tls-section.js';

/*
 * The shape of cluster.yaml as it is written: what has a default may be missing. This is its only source; the types
 * come from it, and `npm run generate` makes of it what the check of a file and what editors use. Nodes import its
 * types only: TypeBox costs each process 12 MB and a quarter of a second.
 */

const DAY_MS = 86_400_000;
const CLOSED = { additionalProperties: false } as const;
const optional = Type.Optional;

const inputSize = { minimum: 8, maximum: LARGEST_INPUT_SIDE, examples: [416] };
const fraction = { minimum: 0, maximum: 1 };

const three = (description: string, hints: { minimum: number; maximum: number }) =>
  Type.Array(decimal('One of R, G, B.', hints), { description, minItems: 3, maxItems: 3 });

const modelInput = Type.Object(
  {
    order: optional(choice('The order of its colours.', ['rgb', 'bgr'])),
    place: optional(
      choice(
        'Where the picture lies on the input: letterboxed in the middle or at the top left, or stretched over it.',
        ['centre', 'top-left', 'stretch'],
      ),
    ),
    fill: optional(
      three('The colour around a letterboxed picture: bytes for R, G and B.', { minimum: 0, maximum: 255 }),
    ),
    scale: optional(
      decimal('Bytes are multiplied by it first; 0.00392157 makes 0 to 1.', { minimum: 1e-6, maximum: 1e3 }),
    ),
    mean: optional(three('Subtracted then, one for each colour in the order above.', { minimum: -1e4, maximum: 1e4 })),
    std: optional(three('Divided by in the end, one for each colour.', { minimum: 1e-6, maximum: 1e4 })),
  },
  {
    ...CLOSED,
    description: "What an ONNX file expects of a picture, where that is not what its head's family usually has.",
  },
);

const model = Type.Object(
  {
    name: optional(
      choice('A built-in model. Instead of onnx and cfg.', [...BUILT_IN_ONNX, ...Object.keys(BUILT_IN_MODELS)]),
    ),
    onnx: optional(
      text('An ONNX file of your own; a path from this file. Instead of name.', { examples: ['my.onnx'] }),
    ),
    cfg: optional(text('A Darknet cfg of your own; a path from this file. Instead of name.', { examples: ['my.cfg'] })),
    weights: optional(
      text('A Darknet weights file, a path from this file; or synthetic, synthetic:SEED for made-up weights.', {
        examples: ['my.weights', 'synthetic', 'synthetic:7'],
      }),
    ),
    labels: optional(text('Class names, one a line; a path from this file.', { examples: ['my.names'] })),
    head: optional(
      choice('How boxes are made of the outputs of an ONNX file, where their shapes do not tell.', ONNX_HEADS),
    ),
    input: optional(modelInput),
    width: optional(whole("The network's input width instead of the model's own.", inputSize)),
    height: optional(whole("The network's input height instead of the model's own.", inputSize)),
    threshold: optional(
      decimal('Detections with a lower score are not reported.', { ...fraction, default: defaults.model.threshold }),
    ),
    nms: optional(
      decimal('Of two boxes that overlap by more (intersection over union) one stays. 0.4 for face-detector.', {
        ...fraction,
        default: defaults.model.nms,
      }),
    ),
  },
  {
    ...CLOSED,
    description: 'What is detected: a built-in model by name, an ONNX file, or cfg and weights of your own.',
  },
);

const partition = Type.Object(
  {
    grid: optional(
      text('Rows x columns of tiles.', {
        pattern: '^[1-9][0-9]{0,3}x[1-9][0-9]{0,3}$',
        patternErrorMessage: 'a grid of rows x columns such as 3x3 or 2x5',
        default: defaults.partition.grid,
      }),
    ),
    fusedDepth: optional(
      depth(
        'Where the part that edge devices run in tiles ends: after so many layers, after a node or value by name, after a ' +
          'share of the work such as 40%, or auto for the cheapest place.',
        defaults.partition.fusedDepth,
      ),
    ),
  },
  { ...CLOSED, description: 'How the first layers are cut into tiles.' },
);

const overlap = Type.Object(
  {
    via: optional(
      choice(
        'Where a strip is fetched from that another device computed: from that device, or from the pool on the gateway.',
        ['peer', 'gateway'],
        defaults.overlap.via,
      ),
    ),
    policy: optional(
      choice(
        'Which strips a device fetches: all, those that cost less than to compute them, or none.',
        ['always', 'cost', 'never'],
        defaults.overlap.policy,
      ),
    ),
  },
  { ...CLOSED, description: 'What ftp-wst-s does with the overlap of neighbouring tiles.' },
);

const wire = Type.Object(
  {
    maps: optional(
      choice(
        'How feature maps travel: as computed, or in half the bytes with 11 significant bits.',
        ['f32', 'f16'],
        defaults.wire.maps,
      ),
    ),
    padding: optional(flag('Inputs of tiles include the letterbox padding around a picture.', defaults.wire.padding)),
  },
  { ...CLOSED, description: 'What travels between nodes.' },
);

const audit = Type.Object(
  {
    fraction: optional(
      decimal(
        'The share of tiles that a second device runs as well, to compare: 0 for none, 1 for all. Not with modnn.',
        {
          ...fraction,
          default: defaults.audit.fraction,
        },
      ),
    ),
    tolerance: optional(
      decimal(
        "How far two outputs of a tile may be apart, as a share of the tile's largest value. 0.001, with wire.maps f16 0.01.",
        { minimum: 1e-6, maximum: 1, examples: [defaults.audit.tolerance.f32] },
      ),
    ),
  },
  { ...CLOSED, description: 'How devices that compute something wrong are found (docs/security.md).' },
);

const limits = Type.Object(
  {
    pictureBytes: optional(byteSize('The largest picture file that is taken in.', defaults.limits.pictureBytes)),
    pictureMegapixels: optional(
      decimal('The largest picture that is decoded, in millions of pixels.', {
        minimum: 0.01,
        maximum: 1000,
        default: defaults.limits.pictureMegapixels,
      }),
    ),
    queuedFrames: optional(
      whole('Frames that may be open at once; more are answered with 429.', {
        minimum: 1,
        maximum: 10_000,
        default: defaults.limits.queuedFrames,
      }),
    ),
    framesPerSource: optional(
      whole('Frames that one device works on as their source at once.', {
        minimum: 1,
        maximum: 64,
        default: defaults.limits.framesPerSource,
      }),
    ),
    frameTimeoutMs: optional(
      milliseconds('A frame that takes longer fails.', {
        minimum: 100,
        maximum: DAY_MS,
        default: defaults.limits.frameTimeoutMs,
      }),
    ),
    eventsKept: optional(
      whole('Events that a reader can catch up on after a break.', {
        minimum: 1,
        maximum: 100_000,
        default: defaults.limits.eventsKept,
      }),
    ),
    overlapBytes: optional(
      byteSize('Memory on a node for border strips that other tiles can use.', defaults.limits.overlapBytes),
    ),
    keptOutputs: optional(
      whole("Frames whose fused stack's merged output is kept, for those who check it.", {
        minimum: 0,
        maximum: 100,
        default: defaults.limits.keptOutputs,
      }),
    ),
  },
  { ...CLOSED, description: 'What the gateway takes in at once, and what nodes keep in memory.' },
);

const log = Type.Object(
  {
    level: optional(
      choice('The least that is logged.', ['trace', 'debug', 'info', 'warn', 'error'], defaults.log.level),
    ),
  },
  { ...CLOSED, description: 'What is logged.' },
);

export const clusterFileSchema = Type.Object(
  {
    name: optional(
      text("The cluster's name, for people.", {
        pattern: '^[^\\u0000-\\u001f\\u007f]{1,64}$',
        patternErrorMessage: 'a name of at most 64 characters on one line',
        default: defaults.name,
      }),
    ),
    model,
    engine: optional(engine),
    partition: optional(partition),
    schedule: optional(schedule),
    overlap: optional(overlap),
    wire: optional(wire),
    audit: optional(audit),
    gateway,
    devices,
    tls: optional(tls),
    limits: optional(limits),
    store: optional(store),
    log: optional(log),
  },
  { ...CLOSED, title: 'DeepThings cluster', description: 'A gateway and its edge devices.' },
);

/** cluster.yaml as written, checked against the schema. */
export type ClusterFile = Static<typeof clusterFileSchema>;
