import { DeepThingsError } from '../../../errors.js';
import type { CfgSection } from './darknet-sections.js';

/** A kind of network that is not supported. */
interface UnsupportedKind {
  readonly is: string;
  readonly remedy: string;
}

const RECURRENT: UnsupportedKind = {
  is: 'a recurrent network, which remembers what it was given before (words of a text, pictures of a film)',
  remedy: 'each picture is computed for itself here: use a network without such layers, trained on single pictures',
};
const SEGMENTATION: UnsupportedKind = {
  is: 'a network that segments pictures',
  remedy: 'results are boxes or classes: use a detector or a classifier',
};
const GENERATOR: UnsupportedKind = {
  is: 'a network that makes pictures',
  remedy: 'results are boxes or classes: use a detector or a classifier',
};

/** Sections that tell what a network is for, of networks that are not supported. */
const TELLING_SECTIONS: ReadonlyMap<string, UnsupportedKind> = new Map([
  ['rnn', RECURRENT],
  ['crnn', RECURRENT],
  ['lstm', RECURRENT],
  ['conv_lstm', RECURRENT],
  ['gru', RECURRENT],
  ['history', RECURRENT],
  ['iseg', SEGMENTATION],
  ['seg', SEGMENTATION],
  ['deconvolutional', GENERATOR],
  ['deconv', GENERATOR],
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
    const { is, remedy } = TELLING_SECTIONS.get(telling)!;
    const index = layers.findIndex(({ kind }) => kind === telling);
    throw new DeepThingsError(
      'DT_CFG_LAYER',
      `${describe(index)}: it makes this ${is}, which is not supported; ${remedy}`,
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
