import { useState } from 'preact/hooks';
import { jsonBlob, saveFile } from '../../components/save-file.js';
import type { Frame, FrameTrace } from '../../contract-types.js';
import { errorText } from '../../error-text.js';
import type { Session } from '../../session.js';
import { chromeTrace } from './chrome-trace.js';

interface DownloadsProps {
  readonly frame: Frame;
  readonly trace: FrameTrace | null;
  readonly session: Session;
}

/** A frame to take away. */
export function Downloads({ frame, trace, session }: DownloadsProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const { id } = frame;
  const kind = frame.classification === null ? 'detections' : 'classes';
  const result = frame.classification ?? frame.detections;
  const saveAnnotated = async (): Promise<void> => {
    try {
      saveFile(`${id}-annotated.jpg`, await session.ask((api) => api.annotated(id)));
      setFailed(null);
    } catch (error) {
      setFailed(errorText(error));
    }
  };
  return (
    <div class="downloads">
      <h3>Download</h3>
      <div class="buttons">
        <button
          type="button"
          disabled={frame.state !== 'complete' || !frame.picture.kept}
          onClick={() => void saveAnnotated()}
        >
          Annotated picture
        </button>
        <button
          type="button"
          disabled={result === null}
          onClick={() => saveFile(`${id}-${kind}.json`, jsonBlob(result))}
        >
          {kind === 'classes' ? 'Classes' : 'Detections'} (JSON)
        </button>
        <button
          type="button"
          disabled={trace === null}
          onClick={() => trace !== null && saveFile(`${id}-trace.json`, jsonBlob(chromeTrace(frame, trace)))}
        >
          Trace (for Perfetto)
        </button>
      </div>
      {failed !== null && (
        <p class="error" role="alert">
          {failed}
        </p>
      )}
    </div>
  );
}
