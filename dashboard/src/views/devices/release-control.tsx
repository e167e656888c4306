import { useState } from 'preact/hooks';
import { ConfirmationBox, useConfirmation } from '../../components/confirmation.js';
import { errorText } from '../../error-text.js';
import type { Session } from '../../session.js';

/** Has a device back that computed something wrong, when it has been confirmed that somebody looked after it. */
export function ReleaseControl({ device, session }: { readonly device: string; readonly session: Session }) {
  const confirmation = useConfirmation();
  const [isOrdered, setOrdered] = useState(false);
  const [refusal, setRefusal] = useState('');
  const hint = `release-hint-${device}`;

  const release = async (): Promise<void> => {
    confirmation.close();
    setOrdered(true);
    setRefusal('');
    await session
      .ask((api) => api.release(device))
      .catch((error: unknown) => {
        setOrdered(false);
        setRefusal(errorText(error));
      });
  };

  return (
    <div class="drain">
      {confirmation.isAsking ? (
        <ConfirmationBox
          confirmation={confirmation}
          id={hint}
          answer={`Release ${device}`}
          onYes={() => void release()}
        >
          Release {device}? It is given tiles again, and what it computes counts. Check its memory, its disk and its
          model's files first.
        </ConfirmationBox>
      ) : (
        <>
          <button
            type="button"
            ref={confirmation.button}
            aria-label={`Release ${device}`}
            aria-describedby={hint}
            onClick={confirmation.ask}
          >
            Release
          </button>
          <p id={hint} class="muted" aria-live="polite">
            {isOrdered ? 'Asking the gateway to release it…' : 'In quarantine: what it computed does not count.'}
          </p>
        </>
      )}
      <p class="error" role="alert">
        {refusal}
      </p>
    </div>
  );
}
