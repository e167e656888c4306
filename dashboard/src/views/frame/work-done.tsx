import { Fact } from '../../components/fact.js';
import type { FrameTrace } from '../../contract-types.js';
import { macs, plural, times } from '../../format.js';
import { partNameOf } from '../../state/frame-parts.js';
import { livesOfTrace, victimOf } from '../../state/tile-life.js';

/** Computation executed against needed, and how often parts had to be tried and moved. */
export function WorkDone({ trace }: { trace: FrameTrace }) {
  const { executed, needed } = trace.macs;
  const lives = Object.values(livesOfTrace(trace));
  const attempts = trace.tiles.reduce((sum, { attempt }) => sum + attempt, 0);
  const duplicates = trace.tiles.flatMap(({ history }) => history).filter(({ event }) => event === 'duplicate').length;
  const name = partNameOf(trace.strategy);
  const most = Math.max(executed, needed, 1);
  return (
    <>
      <dl class="work-bars">
        <WorkBar name="Executed" count={executed} most={most} />
        <WorkBar name="Needed" count={needed} most={most} />
      </dl>
      <dl class="plain-facts">
        <Fact name="Executed / needed">{needed > 0 ? times(executed / needed) : '–'}</Fact>
        <Fact name="Attempts">
          {attempts} for {plural(trace.tiles.length, name)}
        </Fact>
        {name === 'tile' && (
          <Fact name="Stolen">{plural(lives.filter((life) => victimOf(life) !== null).length, name)}</Fact>
        )}
        <Fact name="Duplicate results">{duplicates}</Fact>
      </dl>
    </>
  );
}

function WorkBar({ name, count, most }: { name: string; count: number; most: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span class="work-count">{macs(count)}</span>
        <svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect class="share-ground" width="100" height="8" />
          <rect class="share-part" width={(count / most) * 100} height="8" />
        </svg>
      </dd>
    </div>
  );
}
