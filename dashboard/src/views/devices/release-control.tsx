import { useEffect, useRef, useState } from 'preact/hooks';
import { errorText } from '../../error-text.js';
import type { Session } from '../../session.js';

/** Has a device back that computed something wrong, when it has been confirmed that somebody looked after it. */
export function ReleaseControl({ device, session }: { readonly device: string; readonly session: Session }) {
  const [isConfirming, setConfirming] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState('');
  const button = useRef<HTMLButtonElement>(null);
  const confirmation = useRef<HTMLButtonElement>(null);
  const hint = `release-hint-${device}`;

  useEffect(() => {
    if (isConfirming) confirmation.current?.focus();
  }, [isConfirming]);

  const close = (): void => {
    setConfirming(false);
    // The button comes back with the next picture of the page.
    requestAnimationFrame(() => button.current?.focus());
  };
  const release = async (): Promise<void> => {
    close();
    setAsking(true);
    setRefusal('');
    await session
      .ask((api) => api.release(device))
      .catch((error: unknown) => {
        setAsking(false);
        setRefusal(errorText(error));
      });
  };

  return (
    <div class="drain">
      {isConfirming ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
        <div
          role="group"
          aria-labelledby={hint}
          class="drain-confirmation"
          onKeyDown={(event) => event.key === 'Escape' && close()}
        >
          <p id={hint}>
            Release {device}? It is given tiles again, and what it computes counts. Check its memory, its disk and its
            model's files first.
          </p>
          <div class="buttons">
            <button type="button" class="primary" ref={confirmation} onClick={() => void release()}>
              Release {device}
            </button>
            <button type="button" onClick={close}>
              Cancel
            </button>
          </div>
        </div>
      ) : (
        <>
          <button
            type="button"
            ref={button}
            aria-label={`Release ${device}`}
            aria-describedby={hint}
            onClick={() => setConfirming(true)}
          >
            Release
          </button>
          <p id={hint} class="muted" aria-live="polite">
            {isAsking ? 'Asking the gateway to release it…' : 'In quarantine: what it computed does not count.'}
          </p>
        </>
      )}
      <p class="error" role="alert">
        {refusal}
      </p>
    </div>
  );
}
