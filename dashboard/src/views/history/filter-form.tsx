import { useId, useState } from 'preact/hooks';
import type { FrameState } from '../../contract-types.js';
import type { HistoryFilter } from '../../routing/route.js';
import { goTo } from '../../routing/use-route.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { isoOfLocal, localOfIso } from './local-time.js';

const STATES: readonly FrameState[] = ['queued', 'running', 'finishing', 'complete', 'failed', 'dropped'];

/** Narrows the frames; what is chosen stands in the address. */
export function FilterForm({ state, filter }: { state: DashboardState; filter: HistoryFilter }) {
  const [draft, setDraft] = useState<Readonly<Record<keyof HistoryFilter, string>>>({
    state: filter.state ?? '',
    source: filter.source ?? '',
    label: filter.label ?? '',
    from: localOfIso(filter.from),
    to: localOfIso(filter.to),
  });
  const ids = { state: useId(), source: useId(), label: useId(), from: useId(), to: useId() };
  const labels = state.cluster?.model.labels ?? [];
  const set = (name: keyof HistoryFilter) => (event: { currentTarget: { value: string } }) => {
    const next = { ...draft, [name]: event.currentTarget.value };
    setDraft(next);
    goTo({ view: 'history', filter: filterOf(next), before: null });
  };
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
        <label for={ids.from}>From</label>
        <input id={ids.from} type="datetime-local" value={draft.from} onChange={set('from')} />
      </div>
      <div class="choice">
        <label for={ids.to}>Before</label>
        <input id={ids.to} type="datetime-local" value={draft.to} onChange={set('to')} />
      </div>
    </form>
  );
}

function filterOf(draft: Readonly<Record<keyof HistoryFilter, string>>): HistoryFilter {
  const entries = Object.entries({ ...draft, from: isoOfLocal(draft.from), to: isoOfLocal(draft.to) });
  return Object.fromEntries(entries.filter(([, value]) => value !== '')) as HistoryFilter;
}
