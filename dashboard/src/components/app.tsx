import { useEffect } from 'preact/hooks';
import type { Session } from '../session.js';
import type { DashboardState } from '../state/dashboard-state.js';
import type { Action } from '../state/reduce.js';
import { problems, shownFrame } from '../state/select.js';
import type { Store } from '../state/store.js';
import { Announcer } from './announcer.js';
import { DeviceTable } from './device-table.js';
import { FrameTable } from './frame-table.js';
import { FrameView } from './frame-view.js';
import { Header } from './header.js';
import { ProblemStrip } from './problem-strip.js';
import { SubmitPanel } from './submit-panel.js';
import { TokenPrompt } from './token-prompt.js';
import { useStore } from './use-store.js';

/** The whole page. */
export function App({ store, session }: { store: Store<DashboardState, Action>; session: Session }) {
  const state = useStore(store);
  const wrong = problems(state);
  useTitle(state.cluster?.name, wrong.length);

  return (
    <>
      <Header cluster={state.cluster} onRetry={session.retryNow} link={state.link} isAsking={state.access !== 'open'} />
      <main>
        {state.access === 'open' ? (
          <Views state={state} session={session} wrong={wrong} />
        ) : (
          <TokenPrompt access={state.access} onToken={session.giveToken} />
        )}
      </main>
      <footer>
        <a href="docs">API documentation</a>
        {state.cluster !== null && <span>DeepThings {state.cluster.version}</span>}
      </footer>
    </>
  );
}

interface ViewsProps {
  readonly state: DashboardState;
  readonly session: Session;
  readonly wrong: ReturnType<typeof problems>;
}

function Views({ state, session, wrong }: ViewsProps) {
  const deviceIds = state.devices.map(({ device }) => device);
  const shown = shownFrame(state);
  return (
    <>
      <ProblemStrip problems={wrong} onDismiss={session.dismiss} />
      <SubmitPanel state={state} onFiles={session.submit} />
      <FrameView state={state} deviceIds={deviceIds} frame={shown} session={session} />
      <DeviceTable loaded={state.cluster !== null} devices={state.devices} />
      <FrameTable state={state} deviceIds={deviceIds} shown={shown?.id ?? null} onSelect={session.select} />
      <Announcer submissions={state.submissions} />
    </>
  );
}

/** Says in the tab's title which cluster it is, and that something is wrong. */
function useTitle(cluster: string | undefined, wrong: number): void {
  useEffect(() => {
    const name = cluster === undefined ? 'DeepThings' : `${cluster} · DeepThings`;
    document.title = wrong === 0 ? name : `(${wrong}) ${name}`;
  }, [cluster, wrong]);
}
