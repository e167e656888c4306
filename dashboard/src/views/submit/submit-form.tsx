import { useId, useState } from 'preact/hooks';
import type { SubmitChoice } from '../../api.js';
import { Panel } from '../../components/panel.js';
import { DropHint, PictureChooser } from '../../components/picture-chooser.js';
import type { Strategy } from '../../contract-types.js';
import type { Picture } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { Webcam } from './webcam.js';

const STRATEGIES: readonly { readonly strategy: Strategy; readonly text: string }[] = [
  { strategy: 'auto', text: 'auto: as many devices as frames leave' },
  { strategy: 'ftp-wst-s', text: 'ftp-wst-s: stealing, overlap reused' },
  { strategy: 'ftp-wst', text: 'ftp-wst: stealing' },
  { strategy: 'ftp-wsh', text: 'ftp-wsh: shared out' },
  { strategy: 'gang', text: 'gang: all free devices, a block each' },
  { strategy: 'whole', text: 'whole: one device' },
  { strategy: 'modnn', text: 'modnn: layer by layer' },
];

interface SubmitFormProps {
  readonly state: DashboardState;
  readonly choice: SubmitChoice;
  readonly onChoice: (choice: SubmitChoice) => void;
  readonly onPictures: (pictures: readonly Picture[]) => Promise<void>;
}

/** Where pictures come from, and where and how they are to be computed. */
export function SubmitForm({ state, choice, onChoice, onPictures }: SubmitFormProps) {
  const [sending, setSending] = useState(0);
  const [isCameraOpen, setCameraOpen] = useState(false);
  const ids = { source: useId(), strategy: useId(), help: useId() };
  const take = async (pictures: readonly Picture[]): Promise<void> => {
    setSending((count) => count + 1);
    await onPictures(pictures);
    setSending((count) => count - 1);
  };
  return (
    <Panel title="Submit pictures">
      <div class="drop-zone" aria-busy={sending > 0}>
        <div class="buttons">
          <PictureChooser describedBy={ids.help} onPictures={(pictures) => void take(pictures)} />
          <button type="button" aria-expanded={isCameraOpen} onClick={() => setCameraOpen(!isCameraOpen)}>
            {isCameraOpen ? 'Close the webcam' : 'Use a webcam'}
          </button>
        </div>
        <DropHint id={ids.help} limitBytes={state.cluster?.limits.pictureBytes} />
      </div>
      {isCameraOpen && <Webcam onPicture={(picture) => void take([picture])} />}
      <div class="choices">
        <div class="choice">
          <label for={ids.source}>Source device</label>
          <select
            id={ids.source}
            value={choice.source ?? ''}
            onChange={(event) => onChoice({ ...choice, source: event.currentTarget.value || undefined })}
          >
            <option value="">the gateway chooses</option>
            {state.devices.map(({ device, state: deviceState }) => (
              <option key={device} value={device} disabled={deviceState !== 'live'}>
                {device}
                {deviceState === 'live' ? '' : ` (${deviceState})`}
              </option>
            ))}
          </select>
        </div>
        <div class="choice">
          <label for={ids.strategy}>Strategy</label>
          <select
            id={ids.strategy}
            value={choice.strategy ?? ''}
            onChange={(event) =>
              onChoice({ ...choice, strategy: (event.currentTarget.value || undefined) as Strategy | undefined })
            }
          >
            <option value="">as configured ({state.cluster?.strategy ?? '…'})</option>
            {STRATEGIES.map(({ strategy, text }) => (
              <option key={strategy} value={strategy}>
                {text}
              </option>
            ))}
          </select>
        </div>
      </div>
    </Panel>
  );
}
