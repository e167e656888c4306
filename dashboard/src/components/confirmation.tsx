import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A button that asks first. */
export interface Confirmation {
  readonly isAsking: boolean;
  ask(): void;
  /** The focus goes back to the button. */
  close(): void;
  /** For the button itself, */
  readonly button: { readonly current: HTMLButtonElement | null };
  /** and the one that changes nothing, which has the focus at first. */
  readonly cancel: { readonly current: HTMLButtonElement | null };
}

/** @param isMeant false when there is nothing to ask any more. */
export function useConfirmation(isMeant = true): Confirmation {
  const [wasAsked, setAsked] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const isAsking = wasAsked && isMeant;

  // Before the page is painted: who types on at once would press a key on nothing.
  useLayoutEffect(() => {
    if (isAsking) cancel.current?.focus();
  }, [isAsking]);

  return {
    isAsking,
    ask: () => setAsked(true),
    close: () => {
      setAsked(false);
      // The button comes back with the next picture of the page.
      requestAnimationFrame(() => button.current?.focus());
    },
    button,
    cancel,
  };
}

interface ConfirmationBoxProps {
  readonly confirmation: Confirmation;
  /** Of the question, for who cannot see it. */
  readonly id: string;
  /** What the button says that confirms it. */
  readonly answer: string;
  readonly onYes: () => void;
  /** The question. */
  readonly children: ComponentChildren;
}

export function ConfirmationBox({
  confirmation: { cancel, close },
  id,
  answer,
  onYes,
  children,
}: ConfirmationBoxProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div
      role="group"
      aria-labelledby={id}
      class="drain-confirmation"
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <p id={id}>{children}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={onYes}>
          {answer}
        </button>
        <button type="button" ref={cancel} onClick={close}>
          Cancel
        </button>
      </div>
    </div>
  );
}
