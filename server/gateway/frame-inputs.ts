import { letterboxPicture } from '../imaging/letterbox.js';
import type { Network } from '../model/network.js';
import type { FrameRecord } from './frame-record.js';

/** The letterboxed pictures of frames: kept while a frame is open, made again of its picture afterwards. */
export class FrameInputs {
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  /** @returns `[3, height, width]`. */
  async of({ input, picture }: FrameRecord): Promise<Uint8Array> {
    return input ?? (await letterboxPicture(picture.bytes, this.#network)).data;
  }
}
