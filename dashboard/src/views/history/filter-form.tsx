import { useId, useState } from 'preact/hooks';
import type { FrameState } from '../../contract-types.js';
import type { HistoryFilter } from '../../routing/route.js';
import { goTo } from '../../routing/use-route.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { isoOfLocal, localOfIso } from './local-time.js';

const STATES: readonly FrameState[] = ['queued', 'running', 'finishing', 'complete', 'failed', 'dropped'];

/** When a range begins, seen from now; undefined: with the oldest frame. */
const QUICK_RANGES: readonly { readonly name: string; from(now: Date): Date | undefined }[] = [
  { name: 'Last hour', from: (now) => new Date(now.getTime() - 3_600_000) },
  { name: 'Today', from: (now) => new Date(now.getFullYear(), now.getMonth(), now.getDate()) },
  { name: 'Any time', from: () => undefined },
];

/** Narrows the frames; what is chosen stands in the address. */
export function FilterForm({ state, filter }: { state: DashboardState; filter: HistoryFilter }) {
  const [draft, setDraft] = useState<Readonly<Record<keyof HistoryFilter, string>>>({
    state: filter.state ?? '',
    source: filter.source ?? '',
    label: filter.label ?? '',
    minScore: percentOf(filter.minScore),
    from: localOfIso(filter.from),
    to: localOfIso(filter.to),
  });
  const ids = { state: useId(), source: useId(), label: useId(), score: useId(), from: useId(), to: useId() };
  const labels = state.cluster?.model.labels ?? [];
  const show = (next: typeof draft) => {
    setDraft(next);
    goTo({ view: 'history', filter: filterOf(next), before: null });
  };
  const set = (name: keyof HistoryFilter) => (event: { currentTarget: { value: string } }) =>
    show({ ...draft, [name]: event.currentTarget.value });
  return (
    <form class="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      <div class="choice">
        <label for={ids.state}>State</label>
        <select id={ids.state} value={draft.state} onChange={set('state')}>
          <option value="">any</option>
          {STATES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div class="choice">
        <label for={ids.source}>Source</label>
        <select id={ids.source} value={draft.source} onChange={set('source')}>
          <option value="">any</option>
          {state.devices.map(({ device }) => (
            <option key={device}>{device}</option>
          ))}
        </select>
      </div>
      <div class="choice">
        <label for={ids.label}>Label found</label>
        <select id={ids.label} value={draft.label} onChange={set('label')}>
          <option value="">any</option>
          {labels.map((label) => (
            <option key={label}>{label}</option>
          ))}
        </select>
      </div>
      <div class="choice">
        <label for={ids.score}>Minimum score in %</label>
        {/* Not `value`: what is being typed must outlast that the page is drawn again. */}
        <input
          {...{ id: ids.score, type: 'number', min: 0, max: 100, step: 5, inputMode: 'numeric' }}
          {...{ defaultValue: draft.minScore, placeholder: 'any', onChange: set('minScore') }}
        />
      </div>
      <div class="choice">
        <label for={ids.from}>From</label>
        <input id={ids.from} type="datetime-local" value={draft.from} onChange={set('from')} />
      </div>
      <div class="choice">
        <label for={ids.to}>Before</label>
        <input id={ids.to} type="datetime-local" value={draft.to} onChange={set('to')} />
      </div>
      <fieldset class="quick-ranges">
        <legend>Quick range</legend>
        {QUICK_RANGES.map(({ name, from }) => (
          <button
            key={name}
            type="button"
            onClick={() => show({ ...draft, from: localOfIso(from(new Date())?.toISOString()), to: '' })}
          >
            {name}
          </button>
        ))}
      </fieldset>
    </form>
  );
}

function filterOf(draft: Readonly<Record<keyof HistoryFilter, string>>): HistoryFilter {
  const times = { from: isoOfLocal(draft.from), to: isoOfLocal(draft.to) };
  const entries = Object.entries({ ...draft, ...times, minScore: shareOf(draft.minScore) });
  return Object.fromEntries(entries.filter(([, value]) => value !== '')) as HistoryFilter;
}

function percentOf(share: string | undefined): string {
  return share === undefined ? '' : String(Math.round(Number(share) * 100));
}

/** The share that a percentage is, as text; empty for what is none. */
function shareOf(percent: string): string {
  const value = Number(percent);
  return percent.trim() === '' || !(value >= 0 && value <= 100) ? '' : String(Math.round(value * 100) / 10_000);
}
