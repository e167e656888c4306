import type { DeviceState } from '../contract-types.js';

const LOOK: Readonly<Record<DeviceState['state'], { readonly text: string; readonly tone: string }>> = {
  expected: { text: 'not joined yet', tone: 'badge' },
  live: { text: 'live', tone: 'badge good' },
  draining: { text: 'draining', tone: 'badge busy' },
  drained: { text: 'drained', tone: 'badge' },
  lost: { text: 'lost', tone: 'badge bad' },
  left: { text: 'stopped', tone: 'badge' },
  refused: { text: 'refused', tone: 'badge bad' },
  quarantined: { text: 'quarantined', tone: 'badge bad' },
};

export function DeviceStateBadge({ state }: { state: DeviceState['state'] }) {
  return <span class={LOOK[state].tone}>{LOOK[state].text}</span>;
}
