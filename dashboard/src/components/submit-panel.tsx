import { useState } from 'preact/hooks';
import { byteSize } from '../format.js';
import type { DashboardState } from '../state/dashboard-state.js';
import { SubmissionList } from './submission-list.js';
import { useFileDrop } from './use-file-drop.js';

const ACCEPTED = 'image/jpeg,image/png,image/webp';

interface SubmitPanelProps {
  readonly state: DashboardState;
  readonly onFiles: (files: readonly File[]) => Promise<void>;
}

/** Takes pictures: dropped anywhere on the page, or chosen. */
export function SubmitPanel({ state, onFiles }: SubmitPanelProps) {
  const [sending, setSending] = useState(0);
  const take = async (files: readonly File[]): Promise<void> => {
    setSending((count) => count + 1);
    await onFiles(files);
    setSending((count) => count - 1);
  };
  const isOver = useFileDrop((files) => void take(files));
  const limit = state.cluster?.limits.pictureBytes;
  return (
    <section class="panel submit" aria-labelledby="submit-heading">
      <h2 id="submit-heading">Submit a picture</h2>
      <div class={isOver ? 'drop-zone over' : 'drop-zone'} aria-busy={sending > 0}>
        <label class="button primary">
          Choose pictures…
          <input
            class="visually-hidden"
            type="file"
            multiple
            accept={ACCEPTED}
            aria-describedby="submit-help"
            onChange={(event) => {
              const files = [...(event.currentTarget.files ?? [])];
              // The same file again is a change as well.
              event.currentTarget.value = '';
              void take(files);
            }}
          />
        </label>
        <p id="submit-help">
          or drop them anywhere on this page.{' '}
          <span class="muted">JPEG, PNG or WebP{limit !== undefined && `, up to ${byteSize(limit)} each`}.</span>
        </p>
      </div>
      <SubmissionList state={state} />
    </section>
  );
}
