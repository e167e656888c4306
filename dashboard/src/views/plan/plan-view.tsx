import { useMemo } from 'preact/hooks';
import { Panel } from '../../components/panel.js';
import { grid as gridText, plural } from '../../format.js';
import { formatRoute, type PlanChoice } from '../../routing/route.js';
import { replaceRoute } from '../../routing/use-route.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { LayerTable } from './layer-table.js';
import { PlanCosts } from './plan-costs.js';
import { limitsAt, ownDepth, ownGrid, sketchPlan } from './plan-sketch.js';
import { PlanSliders } from './plan-sliders.js';
import { SegmentMaps } from './segment-maps.js';
import { TilePicker } from './tile-picker.js';

/** The fused tile partitioning, drawn: the cluster's, and what another would cost. */
export function PlanView({ state, choice }: { state: DashboardState; choice: PlanChoice }) {
  const own = state.plan;
  const key = JSON.stringify(choice);
  const sketch = useMemo(() => (own === null ? null : sketchPlan(own, choice)), [own?.digest, key]);
  if (own === null || sketch === null) return <p class="loading muted">Loading…</p>;
  const { plan, cost, tile, isOwn } = sketch;
  const choose = (change: PlanChoice): void => {
    const { grid = plan.grid, depth = plan.stage.layers } = change;
    // In another grid the same number is another place: its middle tile has all its neighbours.
    const chosen = change.tile ?? (change.grid === undefined ? tile : null);
    replaceRoute({ view: 'plan', choice: { grid, depth, ...(chosen === null ? {} : { tile: chosen }) } });
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
              <a href={formatRoute({ view: 'plan', choice: {} })}>Back to the cluster's</a>
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
