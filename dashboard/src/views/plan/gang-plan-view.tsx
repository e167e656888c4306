import { useMemo } from 'preact/hooks';
import { Fact } from '../../components/fact.js';
import { Panel } from '../../components/panel.js';
import type { Plan } from '../../contract-types.js';
import { byteSize, macs, plural, times } from '../../format.js';
import { formatRoute, type PlanChoice } from '../../routing/route.js';
import { replaceRoute } from '../../routing/use-route.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { GangMaps } from './gang-maps.js';
import { type GangSketch, mostMembers, sketchGang } from './gang-sketch.js';
import { GangTable } from './gang-table.js';
import { Slider } from './plan-sliders.js';

interface GangPlanViewProps {
  readonly own: Plan;
  readonly state: DashboardState;
  readonly choice: PlanChoice;
}

/** The stages of a gang: its members' blocks, halos and strips. */
export function GangPlanView({ own, state, choice }: GangPlanViewProps) {
  const live = state.devices.filter((device) => device.state === 'live').length;
  const key = JSON.stringify(choice);
  const sketch = useMemo(
    () => sketchGang(own, choice, live, state.frames),
    [own.digest, key, live, state.frames.map(({ tiles }) => tiles.bands?.rows.join()).join(' ')],
  );
  const { member, members } = sketch;
  const choose = (change: PlanChoice): void =>
    replaceRoute({ view: 'plan', choice: { parts: 'blocks', members, ...change } });
  return (
    <>
      <Panel title="Gang">
        <div class="sliders">
          <Slider
            name="Members"
            value={members}
            most={mostMembers(own)}
            onChange={(value) => choose({ members: value })}
          />
          <Slider
            name="Member"
            value={member}
            least={0}
            most={members - 1}
            onChange={(value) => choose({ member: value })}
          />
        </div>
        <GangFacts sketch={sketch} live={live} />
      </Panel>
      <Panel title="Stages">
        <GangTable sketch={sketch} />
      </Panel>
      <Panel title={`Member ${member} of ${members}, through the maps`}>
        <GangMaps sketch={sketch} />
      </Panel>
    </>
  );
}

function GangFacts({ live, sketch }: { sketch: GangSketch; live: number }) {
  const { bodies, macs: all, memberMacs, members, neededMacs, sharesOf, stages, stripBytes } = sketch;
  return (
    <dl class="plain-facts">
      <Fact name="Live devices">{live}</Fact>
      <Fact name="Shares">
        {members === 1 ? (
          'one member computes all'
        ) : sharesOf === null ? (
          'equal; a gang’s follow the speeds of its devices'
        ) : (
          <>
            as in <a href={formatRoute({ view: 'frame', frame: sharesOf })}>frame {sharesOf}</a>
          </>
        )}
      </Fact>
      <Fact name="Stages">{stages.length}</Fact>
      <Fact name="Work">
        {macs(all)}, {times(all / neededMacs)} the {macs(neededMacs)} needed
      </Fact>
      <Fact name="Most of a member">{macs(Math.max(...memberMacs))}</Fact>
      <Fact name="Strips of a frame">
        {bodies === 0 ? 'none' : `${byteSize(stripBytes)} as F32, in ${plural(bodies, 'body', 'bodies')}`}
      </Fact>
    </dl>
  );
}
