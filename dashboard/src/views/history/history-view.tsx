import type { FramePage } from '../../api.js';
import { FrameList } from '../../components/frame-list.js';
import { Panel } from '../../components/panel.js';
import { answerOf, useAnswer } from '../../components/use-answer.js';
import { usePaced } from '../../components/use-paced.js';
import { plural } from '../../format.js';
import { formatRoute, type HistoryFilter } from '../../routing/route.js';
import { goTo } from '../../routing/use-route.js';
import type { Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { FilterForm } from './filter-form.js';

const PAGE = 20;
/** Each time the page is asked for anew. */
const FOLLOW_EVERY_MS = 2_000;

interface HistoryViewProps {
  readonly state: DashboardState;
  readonly session: Session;
  readonly filter: HistoryFilter;
  /** The page begins after this frame; null: with the newest. */
  readonly before: string | null;
}

/** The frames that the gateway keeps, newest first, by page. */
export function HistoryView({ state, session, filter, before }: HistoryViewProps) {
  // The first page follows the cluster; older ones stand still.
  const latest = usePaced((state.frames[0]?.id ?? '') + (state.frames[0]?.state ?? ''), FOLLOW_EVERY_MS);
  const newest = before ?? latest;
  const key = JSON.stringify([filter, newest, state.connection.kind === 'live']);
  const asked = useAnswer(state.cluster === null ? null : key, () =>
    session.ask((api) => api.frames(filter, before, PAGE)),
  );
  const page = answerOf(asked);
  const hasFilter = Object.keys(filter).length > 0;
  const last = page?.frames.at(-1);
  return (
    <Panel title="Frames" aside={page !== null && <Extent page={page} isOlder={before !== null} />}>
      <FilterForm key={JSON.stringify(filter)} state={state} filter={filter} />
      {asked.kind === 'failed' && <p class="error">The frames cannot be shown. {asked.why}</p>}
      {page === null && asked.kind !== 'failed' && <p class="muted">Loading…</p>}
      {page !== null && page.frames.length === 0 && (
        <Empty hasFilter={hasFilter} isOlder={before !== null} filter={filter} />
      )}
      {page !== null && page.frames.length > 0 && (
        <FrameList caption="Frames, newest first" frames={page.frames} tiles={state.tiles} session={session} />
      )}
      <nav class="paging" aria-label="Pages">
        {before !== null && (
          <>
            <button type="button" onClick={() => goTo({ view: 'history', filter, before: null })}>
              Newest
            </button>
            <button type="button" onClick={() => history.back()}>
              Newer
            </button>
          </>
        )}
        {page?.hasMore === true && last !== undefined && (
          <button type="button" onClick={() => goTo({ view: 'history', filter, before: last.id })}>
            Older frames
          </button>
        )}
      </nav>
    </Panel>
  );
}

/** Says how many frames the list has, and whether the gateway keeps more. */
function Extent({ page: { frames, hasMore }, isOlder }: { page: FramePage; isOlder: boolean }) {
  if (frames.length === 0) return null;
  const count = plural(frames.length, 'frame');
  if (hasMore) return <span class="muted">{isOlder ? count : `The newest ${count}`}; more on the next page</span>;
  return <span class="muted">{isOlder ? `The oldest ${count}` : `${count} in all`}</span>;
}

function Empty({ hasFilter, isOlder, filter }: { hasFilter: boolean; isOlder: boolean; filter: HistoryFilter }) {
  if (isOlder) {
    return (
      <p class="muted">
        There are no older frames. <a href={formatRoute({ view: 'history', filter, before: null })}>Show the newest.</a>
      </p>
    );
  }
  return hasFilter ? (
    <p class="muted">
      No frames match this filter.{' '}
      <a href={formatRoute({ view: 'history', filter: {}, before: null })}>Show all frames.</a>
    </p>
  ) : (
    <p class="muted">
      No frames yet. <a href={formatRoute({ view: 'submit' })}>Submit a picture</a>; frames of cameras and scripts are
      listed here, too.
    </p>
  );
}
