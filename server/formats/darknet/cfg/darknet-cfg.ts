import { DeepThingsError } from '../../../errors.js';
import type { MapShape } from '../../../geometry/region.js';
import type { HeadFamily } from '../../../heads/head-family.js';
import { labelsFor } from '../../../model/labels.js';
import type { Preprocessing } from '../../../model/preprocessing.js';
import { NO_REMARK, type Remark } from '../../../model/remark.js';
import { assembleNetwork } from '../assemble-network.js';
import type { DarknetNetwork } from '../darknet-network.js';
import { LARGEST_INPUT_SIDE } from '../layer-limits.js';
import { shapeLayers } from '../layer-shapes.js';
import { type CfgSection, readSections, SectionReader } from './darknet-sections.js';
import { declareLayer } from './declare-layer.js';
import { refuseUnsupportedKinds } from './network-kind.js';

/** A wanted input size in pixels; what is not given stays as the model has it. */
export interface InputSize {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface CfgReading {
  readonly name: string;
  /** Class names; those of COCO or VOC when the head has as many classes and none are given. */
  readonly labels?: readonly string[] | undefined;
  readonly size?: InputSize | undefined;
  /** Receives what the cfg says twice, and what it says that looks like a mistake. */
  readonly remark?: Remark | undefined;
  /** Reads a file that the cfg names, such as the tree of its classes; without it such a cfg is refused. */
  readonly readText?: ((path: string) => string) | undefined;
}

/** Darknet centres the picture on half grey (0.5, which lies between two bytes) and divides by 255. */
export const DARKNET_PREPROCESSING: Preprocessing = Object.freeze({
  anchor: 'centre',
  fill: Object.freeze([128, 128, 128] as const),
  order: 'rgb',
  mean: Object.freeze([0, 0, 0] as const),
  scale: Object.freeze([1 / 255, 1 / 255, 1 / 255] as const),
});

/**
 * Reads a Darknet cfg as Darknet's parser does, with its defaults.
 *
 * @throws DT_CFG_SYNTAX, DT_CFG_LAYER (unknown layer), DT_CFG_OPTION (option that is not supported), DT_CFG_VALUE,
 * DT_CFG_SHAPE, DT_CFG_SIZE, DT_LABELS_COUNT; messages name the layer's index, kind and line.
 */
export function parseDarknetCfg(text: string, reading: CfgReading): DarknetNetwork {
  const remark = reading.remark ?? NO_REMARK;
  const [head, ...sections] = readSections(text, remark);
  if (head === undefined || (head.kind !== 'net' && head.kind !== 'network')) {
    const found = head === undefined ? 'nothing' : `[${head.kind}] in line ${head.line}`;
    throw new DeepThingsError('DT_CFG_SYNTAX', `expected [net] as the first section, found ${found}`);
  }
  const describe = (index: number) => {
    const section = sections[index]!;
    return `layer ${index} [${section.kind}], line ${section.line}`;
  };
  refuseUnsupportedKinds(head, sections, describe);
  const input = readInput(head, reading.size);
  const declarations = sections.map((section, index) =>
    declareLayer(section, index, { where: describe(index), remark, readText: reading.readText }),
  );
  const layers = shapeLayers(input, declarations, describe);
  // Pictures come in colour: the graph of a network for grey ones begins with what makes them so.
  const network = assembleNetwork(reading.name, { ...input, channels: 3 }, layers);
  const labels = labelsFor(network.head, reading.labels);
  return Object.freeze({ ...network, preprocessing: readPreprocessing(head, network.head), labels });
}

function readInput(head: CfgSection, size: InputSize | undefined): MapShape {
  const net = new SectionReader(head, `[${head.kind}]`);
  const input = {
    channels: net.integer('channels', 0, 1),
    height: size?.height ?? net.integer('height', 0, 1),
    width: size?.width ?? net.integer('width', 0, 1),
  };
  for (const [name, value] of Object.entries(input)) {
    if (value < 1) {
      net.refuse('DT_CFG_VALUE', `${name} is missing`, head.line);
    }
    if (value > LARGEST_INPUT_SIDE) {
      net.refuse('DT_CFG_SIZE', `${name}=${value}, and ${LARGEST_INPUT_SIDE} is the most`, head.line);
    }
  }
  if (input.channels !== 3 && input.channels !== 1) {
    const { line } = head.options.get('channels')!;
    net.refuse(
      'DT_CFG_VALUE',
      `channels=${input.channels}, and pictures have 3 (red, green, blue) or 1 (grey): use a network for pictures`,
      line,
    );
  }
  return Object.freeze(input);
}

/**
 * `letter_box` is AlexeyAB's, whose Darknet stretches pictures where it is 0. Darknet's program for the first YOLO stretches them,
 * pjreddie's others keep their proportions.
 */
function readPreprocessing(net: CfgSection, head: HeadFamily | null): Preprocessing {
  const isLetterboxed = new SectionReader(net, `[${net.kind}]`).flag('letter_box');
  const isStretched = !isLetterboxed && (net.options.has('letter_box') || head?.kind === 'detection');
  return isStretched ? Object.freeze({ ...DARKNET_PREPROCESSING, anchor: 'stretch' }) : DARKNET_PREPROCESSING;
}
