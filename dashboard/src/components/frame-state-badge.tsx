import type { Frame } from '../contract-types.js';

const TONE: Readonly<Record<Frame['state'], string>> = {
  queued: 'badge',
  running: 'badge busy',
  finishing: 'badge busy',
  complete: 'badge good',
  failed: 'badge bad',
  dropped: 'badge',
};

export function FrameStateBadge({ state }: { state: Frame['state'] }) {
  return <span class={TONE[state]}>{state}</span>;
}
