import type { DeviceState } from '../contract-types.js';

const LOOK: Readonly<Record<DeviceState['state'], { readonly text: string; readonly tone: string }>> = {
  expected: { text: 'not seen yet', tone: 'badge' },
  live: { text: 'live', tone: 'badge good' },
  lost: { text: 'lost', tone: 'badge bad' },
  left: { text: 'left', tone: 'badge' },
  refused: { text: 'refused', tone: 'badge bad' },
};

export function DeviceStateBadge({ state }: { state: DeviceState['state'] }) {
  return <span class={LOOK[state].tone}>{LOOK[state].text}</span>;
}
