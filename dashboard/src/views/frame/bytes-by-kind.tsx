import type { FrameTrace } from '../../contract-types.js';
import { byteSize } from '../../format.js';
import { type PartName, partNameOf } from '../../state/frame-parts.js';

type Kind = keyof FrameTrace['bytes'];

const KINDS: readonly { readonly kind: Kind; readonly name: string; readonly what: string }[] = [
  { kind: 'picture', name: 'Picture', what: 'as submitted, to its source' },
  { kind: 'frame', name: 'Frame', what: 'letterboxed, from the source to the gateway' },
  { kind: 'input', name: 'Input', what: 'of tiles that moved to another device' },
  { kind: 'overlap', name: 'Overlap', what: 'strips that neighbours reuse' },
  { kind: 'result', name: 'Result', what: 'outputs of the fused stack' },
  { kind: 'control', name: 'Control', what: 'requests, offers, announcements' },
];

/** What the kinds are for frames whose parts are not tiles. */
const OTHERWISE: Readonly<Record<Exclude<PartName, 'tile'>, Partial<Record<Kind, string>>>> = {
  block: {
    input: 'tasks of members, each with the picture or a part of it',
    overlap: 'strips that members send each other',
    result: 'boxes, or blocks of the last maps',
  },
};

/** Bytes that travelled between nodes for a frame. */
export function BytesByKind({ trace: { bytes, strategy } }: { trace: FrameTrace }) {
  const part = partNameOf(strategy);
  const total = KINDS.reduce((sum, { kind }) => sum + bytes[kind], 0);
  return (
    <table class="bytes">
      <caption class="visually-hidden">Bytes by kind</caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col" class="number">
            Bytes
          </th>
          <th scope="col">
            <span class="visually-hidden">Share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {KINDS.map(({ kind, name, what }) => (
          <tr key={kind}>
            <th scope="row">
              {name} <span class="note">{(part !== 'tile' && OTHERWISE[part][kind]) || what}</span>
            </th>
            <td class="number">{byteSize(bytes[kind])}</td>
            <td class="share">
              <Share fraction={total === 0 ? 0 : bytes[kind] / total} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td class="number">{byteSize(total)}</td>
          <td />
        </tr>
      </tfoot>
    </table>
  );
}

function Share({ fraction }: { fraction: number }) {
  return (
    <svg
      class="share-bar"
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${Math.round(fraction * 100)} %`}
    >
      <rect class="share-ground" width="100" height="8" />
      <rect class="share-part" width={fraction * 100} height="8" />
    </svg>
  );
}
