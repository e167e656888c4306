import { useEffect, useRef, useState } from 'preact/hooks';
import type { SubmitChoice } from '../api.js';
import type { Route } from '../routing/route.js';
import { goTo, useRoute } from '../routing/use-route.js';
import type { Picture, Session } from '../session.js';
import type { DashboardState } from '../state/dashboard-state.js';
import { problems } from '../state/problems.js';
import type { Action } from '../state/reduce.js';
import type { Store } from '../state/store.js';
import { DevicesView } from '../views/devices/devices-view.js';
import { FrameView } from '../views/frame/frame-view.js';
import { HistoryView } from '../views/history/history-view.js';
import { OverviewView } from '../views/overview/overview-view.js';
import { PlanView } from '../views/plan/plan-view.js';
import { SubmitView } from '../views/submit/submit-view.js';
import { UnknownView } from '../views/unknown-view.js';
import { Announcer } from './announcer.js';
import { DevicesProvider } from './devices-context.js';
import { Header } from './header.js';
import { asPicture } from './picture-chooser.js';
import { DevicesToStart } from './status/devices-to-start.js';
import { GatewayBanner } from './status/gateway-banner.js';
import { ProblemStrip } from './status/problem-strip.js';
import { useGatewayLoss } from './status/use-gateway-loss.js';
import { TokenPrompt } from './token-prompt.js';
import { useFileDrop } from './use-file-drop.js';
import { useStore } from './use-store.js';

/** The whole page. */
export function App({ store, session }: { store: Store<DashboardState, Action>; session: Session }) {
  const state = useStore(store);
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const loss = useGatewayLoss(state.connection);
  // The states of devices come from the gateway: while it cannot be reached they are outdated.
  const wrong = loss === null ? problems(state) : [];
  const place = route.view === 'frame' ? `${route.view} ${route.frame}` : route.view;
  useTitle(state.cluster?.name, TITLE[route.view], loss === null ? wrong.length : '!');
  useArrival(place, main);
  const [choice, setChoice] = useState<SubmitChoice>({});
  const submit = (pictures: readonly Picture[]): void => {
    goTo({ view: 'submit' });
    void session.submit(pictures, choice);
  };
  const isOver = useFileDrop((files) => {
    if (state.access === 'open') submit(files.map(asPicture));
  });
  const isStale = state.connection.kind === 'reconnecting' && state.connection.staleSince !== null;

  return (
    <DevicesProvider value={state.devices.map(({ device }) => device)}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header cluster={state.cluster} connection={state.connection} route={route} isAsking={state.access !== 'open'} />
      <main id="main" ref={main} tabIndex={-1} class={isStale ? 'stale' : ''}>
        {state.access === 'open' ? (
          <>
            <h1 class="visually-hidden">{TITLE[route.view]}</h1>
            <GatewayBanner loss={loss} onRetry={session.retryNow} />
            <ProblemStrip problems={wrong} onDismiss={session.dismiss} />
            {loss === null && (route.view === 'overview' || route.view === 'submit') && (
              <DevicesToStart devices={state.devices} notices={state.notices} usesToken={session.usesToken()} />
            )}
            {(loss === null || state.cluster !== null) && (
              <View
                route={route}
                state={state}
                session={session}
                choice={choice}
                onChoice={setChoice}
                onPictures={submit}
              />
            )}
            <Announcer submissions={state.submissions} />
          </>
        ) : (
          <TokenPrompt access={state.access} onToken={session.giveToken} />
        )}
      </main>
      {isOver && state.access === 'open' && (
        <div class="drop-over" aria-hidden="true">
          Drop to submit
        </div>
      )}
      <footer>
        <a href="docs">API documentation</a>
        {state.cluster !== null && <span>DeepThings {state.cluster.version}</span>}
      </footer>
    </DevicesProvider>
  );
}

const TITLE: Readonly<Record<Route['view'], string>> = {
  overview: 'Overview',
  submit: 'Submit',
  frame: 'Frame',
  history: 'History',
  plan: 'Plan',
  devices: 'Devices',
  unknown: 'Not found',
};

interface ViewProps {
  readonly route: Route;
  readonly state: DashboardState;
  readonly session: Session;
  readonly choice: SubmitChoice;
  readonly onChoice: (choice: SubmitChoice) => void;
  /** Submits them and shows what becomes of them. */
  readonly onPictures: (pictures: readonly Picture[]) => void;
}

function View({ route, state, session, choice, onChoice, onPictures }: ViewProps) {
  switch (route.view) {
    case 'overview':
      return <OverviewView state={state} session={session} onPictures={onPictures} />;
    case 'submit':
      return <SubmitView state={state} session={session} choice={choice} onChoice={onChoice} />;
    case 'frame':
      return <FrameView key={route.frame} id={route.frame} state={state} session={session} />;
    case 'history':
      return <HistoryView state={state} session={session} filter={route.filter} before={route.before} />;
    case 'plan':
      return <PlanView state={state} choice={route.choice} />;
    case 'devices':
      return <DevicesView state={state} session={session} />;
    case 'unknown':
      return <UnknownView path={route.path} />;
  }
}

/** Says in the tab's title where one is, and that something is wrong; `!`: the gateway itself. */
function useTitle(cluster: string | undefined, view: string, wrong: number | '!'): void {
  useEffect(() => {
    const name = `${view} · ${cluster ?? 'DeepThings'}`;
    document.title = wrong === 0 ? name : `(${wrong}) ${name}`;
  }, [cluster, view, wrong]);
}

/** Another view begins at its top, and is where the keyboard goes on, as on another page. */
function useArrival(place: string, main: { readonly current: HTMLElement | null }): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) {
      window.scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [place]);
}
