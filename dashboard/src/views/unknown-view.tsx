import { Panel } from '../components/panel.js';
import { formatRoute } from '../routing/route.js';

export function UnknownView({ path }: { path: string }) {
  return (
    <Panel title="Page not found">
      <p>
        There is no page at <code>{path}</code>. Go to the <a href={formatRoute({ view: 'overview' })}>overview</a>.
      </p>
    </Panel>
  );
}
