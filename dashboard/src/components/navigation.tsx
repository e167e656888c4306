import { formatRoute, type Route } from '../routing/route.js';

const VIEWS: readonly { readonly title: string; readonly route: Route }[] = [
  { title: 'Overview', route: { view: 'overview' } },
  { title: 'Submit', route: { view: 'submit' } },
  { title: 'History', route: { view: 'history', filter: {}, before: null } },
  { title: 'Plan', route: { view: 'plan', choice: {} } },
  { title: 'Devices', route: { view: 'devices' } },
];

/** The way to each view; a frame stands in the history. */
export function Navigation({ route }: { route: Route }) {
  const here = route.view === 'frame' ? 'history' : route.view;
  return (
    <nav aria-label="Views">
      <ul>
        {VIEWS.map(({ title, route: target }) => (
          <li key={title}>
            <a href={formatRoute(target)} aria-current={here === target.view ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
