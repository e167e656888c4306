import { byteSize } from '../format.js';
import type { Picture } from '../session.js';

const ACCEPTED = 'image/jpeg,image/png,image/webp';

interface PictureChooserProps {
  /** Id of the hint that says what is accepted. */
  readonly describedBy: string;
  readonly onPictures: (pictures: readonly Picture[]) => void;
}

/** A button that opens the system's dialog for pictures. */
export function PictureChooser({ describedBy, onPictures }: PictureChooserProps) {
  return (
    <label class="button primary">
      Choose pictures…
      <input
        class="visually-hidden"
        type="file"
        multiple
        accept={ACCEPTED}
        aria-describedby={describedBy}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file again is a change as well.
          event.currentTarget.value = '';
          onPictures(files.map(asPicture));
        }}
      />
    </label>
  );
}

/** @param limitBytes the largest picture that the gateway takes; undefined while that is not known. */
export function DropHint({ id, limitBytes }: { id: string; limitBytes: number | undefined }) {
  return (
    <p id={id}>
      or drop them anywhere on this page.{' '}
      <span class="muted">JPEG, PNG or WebP{limitBytes !== undefined && `, up to ${byteSize(limitBytes)} each`}.</span>
    </p>
  );
}

export function asPicture(file: File): Picture {
  return { name: file.name, blob: file };
}
