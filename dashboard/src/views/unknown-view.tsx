import { Panel } from '../components/panel.js';
import { formatRoute } from '../routing/route.js';

export function UnknownView({ path }: { path: string }) {
  return (
    <Panel title="There is no such view">
      <p>
        Nothing stands at <code>{path}</code>. Go to the <a href={formatRoute({ view: 'overview' })}>overview</a>.
      </p>
    </Panel>
  );
}
