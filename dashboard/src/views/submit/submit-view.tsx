import { useState } from 'preact/hooks';
import type { SubmitChoice } from '../../api.js';
import { CurlHint } from '../../components/commands/curl-hint.js';
import { Panel } from '../../components/panel.js';
import type { Frame } from '../../contract-types.js';
import type { Session } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { SubmissionList } from './submission-list.js';
import { SubmitForm } from './submit-form.js';
import { SubmittedFrame } from './submitted-frame.js';

interface SubmitViewProps {
  readonly state: DashboardState;
  readonly session: Session;
  readonly choice: SubmitChoice;
  readonly onChoice: (choice: SubmitChoice) => void;
}

/** Takes pictures and shows how their tiles are computed, and what was found. */
export function SubmitView({ state, session, choice, onChoice }: SubmitViewProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const accepted = state.submissions.filter(({ progress }) => progress.kind === 'accepted');
  const shown = accepted.find(({ id }) => id === chosen) ?? accepted[0];
  const frame: Frame | null = shown?.progress.kind === 'accepted' ? shown.progress.frame : null;
  return (
    <>
      <SubmitForm
        state={state}
        choice={choice}
        onChoice={onChoice}
        onPictures={(pictures) => {
          setChosen(null);
          return session.submit(pictures, choice);
        }}
      />
      {state.submissions.length > 0 && (
        <Panel title="Submitted here">
          <SubmissionList state={state} shown={shown?.id ?? null} onShow={setChosen} />
        </Panel>
      )}
      {frame === null ? (
        <Panel title="What happens next">
          <div class="empty">
            <p>
              The picture appears here with its tiles or blocks, each in the colour and with the letter of the device
              that computes it, and then with what was found. From a script or camera:
            </p>
            <CurlHint usesToken={session.usesToken()} />
          </div>
        </Panel>
      ) : (
        <SubmittedFrame key={frame.id} frame={frame} name={shown!.name} state={state} session={session} />
      )}
    </>
  );
}
