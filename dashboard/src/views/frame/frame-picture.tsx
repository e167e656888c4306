import { useState } from 'preact/hooks';
import { ClassList } from '../../components/class-list.js';
import { DetectionList } from '../../components/detection-list.js';
import { FrameStateBadge } from '../../components/frame-state-badge.js';
import { Panel } from '../../components/panel.js';
import type { Detection, Frame, FrameTrace } from '../../contract-types.js';
import { sentence } from '../../format.js';
import type { Session } from '../../session.js';
import { FrameStage } from '../../stage/frame-stage.js';
import { LabelFilter } from '../../stage/label-filter.js';
import { ThresholdSlider } from '../../stage/threshold-slider.js';
import { TileLegend } from '../../stage/tile-legend.js';
import { useTileLives } from '../../stage/use-tile-lives.js';
import { type DashboardState, isEnded } from '../../state/dashboard-state.js';
import { partNameOf } from '../../state/frame-parts.js';
import { DeleteFrame } from './delete-frame.js';
import { Downloads } from './downloads.js';
import { FrameFacts } from './frame-facts.js';
import { Neighbours } from './neighbours.js';

interface FramePictureProps {
  readonly frame: Frame;
  readonly state: DashboardState;
  readonly session: Session;
  readonly trace: FrameTrace | null;
}

/** A frame's picture with its boxes, and with its tiles or blocks where they are wanted. */
export function FramePicture({ frame, state, session, trace }: FramePictureProps) {
  const least = state.cluster?.model.threshold ?? 0;
  const [chosenScore, setScore] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<boolean | null>(null);
  // While they are computed they are what there is to see.
  const showsTiles = chosen ?? !isEnded(frame);
  const [highlighted, setHighlighted] = useState<Detection | null>(null);
  const lives = useTileLives(frame, state.tiles[frame.id], session);
  const all = frame.detections ?? [];
  const name = partNameOf(frame.strategy);
  const labels = [...new Set(all.map(({ label }) => label))].sort();
  const shown = all.filter(({ label, score }) => !hidden.has(label) && score >= (chosenScore ?? 0));
  return (
    <Panel title={`Frame ${frame.id}`} aside={<FrameStateBadge state={frame.state} />}>
      <Neighbours id={frame.id} state={state} session={session} />
      <div class="stage-beside">
        <div class="stage-column">
          <FrameStage
            frame={frame}
            plan={state.plan}
            session={session}
            lives={showsTiles ? lives : null}
            detections={shown}
            highlighted={highlighted}
            zooms
          />
          <div class="stage-controls">
            <label class="check">
              <input
                type="checkbox"
                checked={showsTiles}
                onChange={(event) => setChosen(event.currentTarget.checked)}
              />
              Show the {name}s
            </label>
            {all.length > 0 && (
              <ThresholdSlider
                {...{ value: chosenScore ?? least, least, shown: shown.length, total: all.length, onChange: setScore }}
              />
            )}
            {labels.length > 1 && <LabelFilter labels={labels} hidden={hidden} onChange={setHidden} />}
          </div>
        </div>
        <div class="stage-side">
          <FrameFacts frame={frame} />
          {frame.failure !== null && (
            <div class="failure">
              <h3>{frame.state === 'dropped' ? 'Frame dropped' : 'Frame failed'}</h3>
              <p>{sentence(frame.failure.detail)}</p>
              <p class="muted">{frame.failure.code}</p>
            </div>
          )}
          <TileLegend frame={frame} plan={state.plan} lives={lives} />
          {frame.classification !== null && <ClassList classes={frame.classification} />}
          {frame.detections !== null && (
            <DetectionList detections={shown} total={all.length} onHighlight={setHighlighted} />
          )}
          <Downloads frame={frame} trace={trace} session={session} />
          <DeleteFrame id={frame.id} session={session} />
        </div>
      </div>
    </Panel>
  );
}
