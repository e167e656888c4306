import { useState } from 'preact/hooks';
import { ConfirmationBox, useConfirmation } from '../../components/confirmation.js';
import { errorText } from '../../error-text.js';
import { goTo } from '../../routing/use-route.js';
import type { Session } from '../../session.js';

/** Has the gateway forget a frame and its picture, when that has been confirmed. */
export function DeleteFrame({ id, session }: { readonly id: string; readonly session: Session }) {
  const confirmation = useConfirmation();
  const [refusal, setRefusal] = useState('');
  const question = `delete-${id}`;

  const remove = async (): Promise<void> => {
    confirmation.close();
    try {
      await session.forget(id);
      goTo({ view: 'history', filter: {}, before: null });
    } catch (error) {
      setRefusal(errorText(error));
    }
  };

  return (
    <div>
      {confirmation.isAsking ? (
        <ConfirmationBox
          confirmation={confirmation}
          id={question}
          answer="Delete the frame"
          onYes={() => void remove()}
        >
          Delete frame {id}, its picture and what was found in it? This cannot be undone.
        </ConfirmationBox>
      ) : (
        <button type="button" ref={confirmation.button} onClick={confirmation.ask}>
          Delete the frame…
        </button>
      )}
      <p class="error" role="alert">
        {refusal}
      </p>
    </div>
  );
}
