import { letterboxPicture } from '../../imaging/letterbox.js';
import type { Network } from '../../model/network.js';
import { type FrameStore, isEnded, type KnownFrame } from './frame-store.js';

/** The letterboxed pictures of frames: kept while a frame is open, made again of its picture afterwards. */
export class FrameInputs {
  readonly #network: Network;
  readonly #store: FrameStore;

  constructor(network: Network, store: FrameStore) {
    this.#network = network;
    this.#store = store;
  }

  /**
   * @returns `[3, height, width]`.
   * @throws HttpProblem 410 when the picture is not there any more.
   */
  async of(frame: KnownFrame): Promise<Uint8Array> {
    if (!isEnded(frame) && frame.input !== null) return frame.input;
    return (await letterboxPicture(await this.#store.picture(frame), this.#network)).data;
  }
}
