import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Interval, MapShape } from '../geometry/region.js';
import { type Placement, placePicture } from '../heads/placement.js';
import type { Preprocessing } from '../model/preprocessing.js';
import { bilinearSampler } from './bilinear-sampling.js';
import { essentialPicture } from './essential-picture.js';
import { decodePicture } from './picture-decoding.js';

/**
 * Pixels sampled before others get a turn: 0.2 ms on a 2.6 GHz core, some 5 ms the first time, before V8 has
 * compiled the loop.
 */
const PIXELS_A_TURN = 4_096;

/** A picture as the network's input wants it, in bytes: normalising is left to whoever feeds the network. */
export interface LetterboxedPicture {
  /** `[3, rows, width]`, planes R, G and B. */
  readonly data: Uint8Array;
  readonly placement: Placement;
  /** SHA-256 of `data`, hex: differs between devices whose decoders differ. Worked out when it is asked for. */
  readonly digest: string;
}

/** What the letterbox needs to know of a network. */
export interface LetterboxSpec {
  readonly input: MapShape;
  readonly preprocessing: Pick<Preprocessing, 'anchor' | 'fill'>;
}

/**
 * Decodes a picture and scales it, as Darknet does, to fit the network's input with its proportions kept (or to fill
 * it, where `preprocessing` stretches); the rest is filled with `preprocessing.fill`. Gives other work a turn all the while.
 *
 * @param bytes a JPEG, PNG or WebP; its size is not limited here, `inspectPicture` does that
 * @param rows of the network's input that are wanted; all when not given. `data` and `digest` are of these.
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_BROKEN`
 */
export async function letterboxPicture(
  bytes: Uint8Array,
  network: LetterboxSpec,
  rows: Interval = { start: 0, end: network.input.height },
): Promise<LetterboxedPicture> {
  const { input, preprocessing } = network;
  const source = essentialPicture(bytes);
  const placement = placePicture(source.width, source.height, input, preprocessing.anchor);
  const { scaledWidth, scaledHeight } = placement;
  const picture = await decodePicture(source, { width: scaledWidth, height: scaledHeight });

  const height = rows.end - rows.start;
  const plane = input.width * height;
  const data = new Uint8Array(3 * plane);
  preprocessing.fill.forEach((byte, channel) => {
    data.fill(byte, channel * plane, (channel + 1) * plane);
  });
  const top = placement.top - rows.start;
  const sample = bilinearSampler(picture, { ...placement, top, data, width: input.width, height });
  const rowsATurn = Math.max(1, Math.floor(PIXELS_A_TURN / scaledWidth));
  const end = Math.min(scaledHeight, height - top);
  for (let row = Math.max(0, -top); row < end; row += rowsATurn) {
    sample(row, Math.min(row + rowsATurn, end));
    await nextTurn();
  }
  let digest: string | null = null;
  return {
    data,
    placement,
    get digest() {
      digest ??= createHash('sha256').update(data).digest('hex');
      return digest;
    },
  };
}
