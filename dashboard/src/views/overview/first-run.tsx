import { useId, useState } from 'preact/hooks';
import { CommandLine } from '../../components/commands/command-line.js';
import { CurlHint } from '../../components/commands/curl-hint.js';
import { Panel } from '../../components/panel.js';
import { DropHint, PictureChooser } from '../../components/picture-chooser.js';
import { errorText } from '../../error-text.js';
import { plural } from '../../format.js';
import { formatRoute } from '../../routing/route.js';
import type { Picture } from '../../session.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { loadSamplePicture } from './sample-picture.js';

interface FirstRunProps {
  readonly state: DashboardState;
  readonly usesToken: boolean;
  readonly onPictures: (pictures: readonly Picture[]) => void;
}

/** The ways to a first result, while the gateway keeps no frame. */
export function FirstRun({ state, usesToken, onPictures }: FirstRunProps) {
  const hint = useId();
  return (
    <Panel title="No pictures yet: three ways to start" class="first-run" aside={<WhoComputes state={state} />}>
      <ul class="ways">
        <li>
          <h3>Drop a picture</h3>
          <PictureChooser describedBy={hint} onPictures={onPictures} />
          <DropHint id={hint} limitBytes={state.cluster?.limits.pictureBytes} />
        </li>
        <li>
          <h3>Try the sample</h3>
          <SampleButton onPictures={onPictures} />
          <p>A photograph of people that comes with DeepThings.</p>
        </li>
        <li class="cameras">
          <h3>Connect a camera</h3>
          <p>
            On a machine that has DeepThings and reaches the camera, with the camera's own address in place of this one:
          </p>
          <CommandLine
            name="command for a camera with snapshots"
            text={watchCommand('http://192.0.2.20/snapshot.jpg')}
          />
          <CommandLine name="command for a camera with a stream" text={watchCommand('rtsp://192.0.2.20/stream1')} />
          <p>From a script, without DeepThings:</p>
          <CurlHint usesToken={usesToken} />
          {usesToken && (
            <p class="muted">
              Each needs the cluster's token in <code>DEEPTHINGS_TOKEN</code>.
            </p>
          )}
        </li>
      </ul>
    </Panel>
  );
}

function watchCommand(camera: string): string {
  const gateway = new URL('.', document.baseURI).href.replace(/\/$/, '');
  return `npx deepthings watch --gateway ${gateway} ${camera}`;
}

function SampleButton({ onPictures }: Pick<FirstRunProps, 'onPictures'>) {
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState('');
  const submit = async (): Promise<void> => {
    setLoading(true);
    setFailure('');
    try {
      onPictures([await loadSamplePicture()]);
    } catch (error) {
      setFailure(errorText(error));
      setLoading(false);
    }
  };
  return (
    <>
      <button type="button" disabled={isLoading} onClick={() => void submit()}>
        Try the sample picture
      </button>
      <p class="error" role="alert">
        {failure}
      </p>
    </>
  );
}

/** What computes the first picture. */
function WhoComputes({ state: { cluster, devices } }: { state: DashboardState }) {
  const live = devices.filter(({ state }) => state === 'live').length;
  if (live > 0) {
    return (
      <a href={formatRoute({ view: 'devices' })}>
        {live} of {plural(devices.length, 'device')} live
      </a>
    );
  }
  return (
    <span class="muted">
      {cluster?.computes === 'gateway' ? 'The gateway computes by itself' : 'Start a device first: none is live'}
    </span>
  );
}
