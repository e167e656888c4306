import { useMemo } from 'preact/hooks';
import { Fact } from '../../components/fact.js';
import { Panel } from '../../components/panel.js';
import type { Plan } from '../../contract-types.js';
import { grid as gridText, plural } from '../../format.js';
import { formatRoute, type PlanChoice } from '../../routing/route.js';
import { replaceRoute } from '../../routing/use-route.js';
import type { ClusterFacts, DashboardState } from '../../state/dashboard-state.js';
import { isOfTiles, partNameOf } from '../../state/frame-parts.js';
import { GangPlanView } from './gang-plan-view.js';
import { LayerTable } from './layer-table.js';
import { PlanCosts } from './plan-costs.js';
import { limitsAt, ownDepth, ownGrid, sketchPlan } from './plan-sketch.js';
import { PlanSliders } from './plan-sliders.js';
import { SegmentMaps } from './segment-maps.js';
import { TilePicker } from './tile-picker.js';

/** How a frame is cut: the paper's tiles, or the blocks of a gang. At first what the cluster's strategy does. */
export function PlanView({ state, choice }: { state: DashboardState; choice: PlanChoice }) {
  const own = state.plan;
  if (own === null) return <p class="loading muted">Loading…</p>;
  const strategy = state.cluster?.strategy;
  const isGang = strategy !== 'modnn' && partNameOf(strategy ?? '') === 'block';
  const parts = choice.parts ?? (isGang ? 'blocks' : 'tiles');
  return (
    <>
      {state.cluster !== null && <ClusterPlan cluster={state.cluster} />}
      <nav class="plan-parts" aria-label="What the plan shows">
        {PARTS.map(({ name, of }) => (
          <a
            key={of}
            href={formatRoute({ view: 'plan', choice: { parts: of } })}
            aria-current={of === parts ? 'true' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      {parts === 'blocks' ? (
        <GangPlanView own={own} state={state} choice={choice} />
      ) : (
        <TilePlanView own={own} choice={choice} />
      )}
    </>
  );
}

/** How the cluster computes a frame. */
function ClusterPlan({ cluster: { plan, strategy } }: { cluster: ClusterFacts }) {
  return (
    <dl class="facts plan-facts">
      <Fact name="Strategy">{strategy}</Fact>
      {isOfTiles(strategy) && <Fact name="Grid">{gridText(plan.grid)}</Fact>}
      {isOfTiles(strategy) && <Fact name="Fused layers">{plan.fusedDepth}</Fact>}
    </dl>
  );
}

const PARTS = [
  { of: 'tiles', name: 'Tiles' },
  { of: 'blocks', name: 'Blocks of a gang' },
] as const;

/** The fused tile partitioning, drawn: the cluster's, and what another would cost. */
function TilePlanView({ own, choice }: { own: Plan; choice: PlanChoice }) {
  const key = JSON.stringify(choice);
  const sketch = useMemo(() => sketchPlan(own, choice), [own.digest, key]);
  const { plan, cost, tile, isOwn } = sketch;
  const choose = (change: PlanChoice): void => {
    const { grid = plan.grid, depth = plan.stage.layers } = change;
    // In another grid the same number is another place: its middle tile has all its neighbours.
    const chosen = change.tile ?? (change.grid === undefined ? tile : null);
    replaceRoute({
      view: 'plan',
      choice: { parts: 'tiles', grid, depth, ...(chosen === null ? {} : { tile: chosen }) },
    });
  };
  const { row, column } = plan.tiles[tile]!;
  return (
    <>
      <div class="pair plan-top">
        <Panel
          title="Grid and depth"
          aside={
            isOwn ? (
              <span class="badge good">as the cluster runs it</span>
            ) : (
              <a href={formatRoute({ view: 'plan', choice: { parts: 'tiles' } })}>Back to the cluster's</a>
            )
          }
        >
          <PlanSliders plan={plan} limits={limitsAt(own, plan.stage.layers)} onChoose={choose} />
          <PlanCosts sketch={sketch} />
          {!isOwn && (
            <p class="muted">
              The cluster runs {gridText(`${ownGrid(own).rows}x${ownGrid(own).columns}`)} tiles over{' '}
              {plural(ownDepth(own), 'layer')}; set <code>partition</code> in cluster.yaml on every node to change it.
            </p>
          )}
        </Panel>
        <Panel title="Memory per tile">
          <TilePicker plan={plan} cost={cost} tile={tile} onPick={(picked) => choose({ tile: picked })} />
        </Panel>
      </div>
      <Panel title={`Tile ${tile}: row ${row}, column ${column}, through the maps`}>
        <SegmentMaps plan={plan} tile={tile} />
      </Panel>
      <Panel title={`Layers for tile ${tile}`}>
        <LayerTable plan={plan} tile={tile} />
      </Panel>
    </>
  );
}
