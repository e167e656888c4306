import { useState } from 'preact/hooks';
import { ClassList } from '../../components/class-list.js';
import { DetectionList } from '../../components/detection-list.js';
import { FrameStateBadge } from '../../components/frame-state-badge.js';
import { Panel } from '../../components/panel.js';
import type { Detection, Frame } from '../../contract-types.js';
import { sentence } from '../../format.js';
import { formatRoute } from '../../routing/route.js';
import type { Session } from '../../session.js';
import { FrameStage } from '../../stage/frame-stage.js';
import { ThresholdSlider } from '../../stage/threshold-slider.js';
import { TileLegend } from '../../stage/tile-legend.js';
import { useTileLives } from '../../stage/use-tile-lives.js';
import type { DashboardState } from '../../state/dashboard-state.js';

interface SubmittedFrameProps {
  readonly frame: Frame;
  readonly name: string;
  readonly state: DashboardState;
  readonly session: Session;
}

/** One submitted picture: its tiles or blocks as they are taken and done, then what was found. */
export function SubmittedFrame({ frame, name, state, session }: SubmittedFrameProps) {
  const least = state.cluster?.model.threshold ?? 0;
  const [chosenScore, setScore] = useState<number | null>(null);
  const [highlighted, setHighlighted] = useState<Detection | null>(null);
  const lives = useTileLives(frame, state.tiles[frame.id], session);
  const all = frame.detections ?? [];
  const shown = all.filter(({ score }) => score >= (chosenScore ?? 0));
  return (
    <Panel
      title={name}
      class="submitted"
      aside={
        <>
          <FrameStateBadge state={frame.state} />
          <a href={formatRoute({ view: 'frame', frame: frame.id })}>Timeline and bytes</a>
        </>
      }
    >
      <div class="stage-beside">
        <FrameStage
          frame={frame}
          plan={state.plan}
          session={session}
          lives={lives}
          detections={shown}
          highlighted={highlighted}
        />
        <div class="stage-side">
          <TileLegend frame={frame} plan={state.plan} lives={lives} />
          {frame.failure !== null && <p class="failure">{sentence(frame.failure.detail)}</p>}
          {frame.classification !== null && <ClassList classes={frame.classification} />}
          {frame.detections !== null && (
            <>
              {all.length > 0 && (
                <ThresholdSlider
                  {...{
                    value: chosenScore ?? least,
                    least,
                    shown: shown.length,
                    total: all.length,
                    onChange: setScore,
                  }}
                />
              )}
              <DetectionList detections={shown} total={all.length} onHighlight={setHighlighted} />
            </>
          )}
        </div>
      </div>
    </Panel>
  );
}
