import { DeepThingsError } from '../../../errors.js';
import type { CfgSection } from './darknet-sections.js';

const RECURRENT = 'a recurrent network (for text and other sequences)';
const FIRST_YOLO = 'a detector of the first YOLO';
const SEGMENTATION = 'a network that segments pictures';

/** Sections that tell what a network is for, of networks that are not supported. */
const TELLING_SECTIONS: ReadonlyMap<string, string> = new Map([
  ['rnn', RECURRENT],
  ['crnn', RECURRENT],
  ['lstm', RECURRENT],
  ['conv_lstm', RECURRENT],
  ['gru', RECURRENT],
  ['history', RECURRENT],
  ['detection', FIRST_YOLO],
  ['local', FIRST_YOLO],
  ['iseg', SEGMENTATION],
  ['seg', SEGMENTATION],
  ['deconvolutional', 'a network that makes pictures'],
  ['deconv', 'a network that makes pictures'],
  ['Gaussian_yolo', 'a detector that tells how sure it is of its boxes (Gaussian YOLOv3)'],
]);

/**
 * Refuses networks of a kind that is not supported as a whole: naming one layer or a missing size would mislead.
 *
 * @param net the section `[net]`.
 * @param layers the sections after it.
 * @param describe names a layer in a message.
 * @throws DT_CFG_LAYER with the kind of the network and the section that tells it; DT_CFG_VALUE for a network without
 * pictures.
 */
export function refuseUnsupportedKinds(
  net: CfgSection,
  layers: readonly CfgSection[],
  describe: (index: number) => string,
): void {
  const kinds = new Set(layers.map(({ kind }) => kind));
  const telling = [...TELLING_SECTIONS.keys()].find((kind) => kinds.has(kind));
  if (telling !== undefined) {
    const index = layers.findIndex(({ kind }) => kind === telling);
    throw new DeepThingsError(
      'DT_CFG_LAYER',
      `${describe(index)}: it makes this ${TELLING_SECTIONS.get(telling)!}, which is not supported, only detectors ` +
        'that end in [region] (YOLOv2) or [yolo] (YOLOv3 and later) and classifiers that end in [softmax]',
    );
  }
  const inputs = net.options.get('inputs');
  if (inputs === undefined || net.options.has('channels') || net.options.has('width')) return;
  throw new DeepThingsError(
    'DT_CFG_VALUE',
    `[${net.kind}]: inputs=${inputs.value} (line ${inputs.line}) makes this a network that reads plain numbers, and only ` +
      'networks that read pictures (width, height and channels) are supported',
  );
}
