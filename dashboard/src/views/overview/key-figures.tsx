import type { ComponentChildren } from 'preact';
import { useNow } from '../../components/use-now.js';
import { framesPerSecond, milliseconds } from '../../format.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { summarise } from '../../state/pace.js';
import { isAmiss } from '../../state/problems.js';
import { openFrames } from '../../state/select.js';

const WINDOW_MS = 60_000;
/** A rate over a minute would lag behind what one sees. */
const RATE_WINDOW_MS = 10_000;

/** How the cluster does, in five numbers. */
export function KeyFigures({ state }: { state: DashboardState }) {
  const now = useNow(1_000);
  const { p50Ms, p95Ms } = summarise(state.pace, now, WINDOW_MS);
  const rate = summarise(state.pace, now, RATE_WINDOW_MS).framesPerSecond;
  const failed = state.pace.reduce((sum, slot) => sum + slot.failed, 0);
  const live = state.devices.filter((device) => device.state === 'live').length;
  return (
    <dl class="key-figures">
      <Figure name="Throughput" note="last 10 s">
        {framesPerSecond(rate)}
      </Figure>
      <Figure name="Latency" note="median, last minute">
        {p50Ms === null ? '–' : milliseconds(p50Ms)}
      </Figure>
      <Figure name="Latency p95" note="5 % take longer">
        {p95Ms === null ? '–' : milliseconds(p95Ms)}
      </Figure>
      <Figure name="Open frames" note={state.cluster === null ? '' : `at most ${state.cluster.limits.queuedFrames}`}>
        {openFrames(state).length}
      </Figure>
      <Figure name="Failed frames" note="last 5 minutes" isBad={failed > 0}>
        {failed}
      </Figure>
      <Figure name="Devices live" note={`of ${state.devices.length}`} isBad={state.devices.some(isAmiss)}>
        {live}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly note: string;
  readonly isBad?: boolean;
  readonly children: ComponentChildren;
}

function Figure({ name, note, isBad = false, children }: FigureProps) {
  return (
    <div class={isBad ? 'figure bad' : 'figure'}>
      <dt>{name}</dt>
      <dd>
        <span class="value">{children}</span>
        <span class="note">{note}</span>
      </dd>
    </div>
  );
}
