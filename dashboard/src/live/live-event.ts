import type { DeviceState, Frame, Notice, TileEvent } from '../contract-types.js';
import type { SseEvent } from './sse-parser.js';

/** What `/events` tells. */
export type LiveEvent =
  | { readonly kind: 'device'; readonly device: DeviceState }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'tile'; readonly tile: TileEvent }
  | { readonly kind: 'problem'; readonly notice: Notice }
  /** What was missed is not kept any more: everything must be fetched anew. */
  | { readonly kind: 'reset' };

/**
 * @returns null for an event that this page does not know: a later gateway may tell more.
 * @throws SyntaxError when a known event carries something other than JSON.
 */
export function decodeLiveEvent({ event, data }: SseEvent): LiveEvent | null {
  switch (event) {
    case 'device':
      return { kind: 'device', device: JSON.parse(data) as DeviceState };
    case 'frame':
      return { kind: 'frame', frame: JSON.parse(data) as Frame };
    case 'tile':
      return { kind: 'tile', tile: JSON.parse(data) as TileEvent };
    case 'problem':
      return { kind: 'problem', notice: JSON.parse(data) as Notice };
    case 'reset':
      return { kind: 'reset' };
    default:
      return null;
  }
}
