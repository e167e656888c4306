import { useEffect, useRef, useState } from 'preact/hooks';
import { copyText } from './copy-text.js';

const SHOWN_MS = 2_000;

interface CommandLineProps {
  /** As it is typed. */
  readonly text: string;
  /** Name of the copied text for screen readers: `start command of e0`. */
  readonly name: string;
}

/** A command with a button that copies it. */
export function CommandLine({ text, name }: CommandLineProps) {
  const code = useRef<HTMLElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'selected' | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    setOutcome((await copyText(code.current!)) ? 'copied' : 'selected');
  };
  return (
    <div class="command-line">
      <pre class="command">
        <code ref={code}>{text}</code>
      </pre>
      <button type="button" aria-label={`Copy the ${name}`} onClick={() => void copy()}>
        {outcome === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <span class="visually-hidden" role="status">
        {outcome !== null && OUTCOME[outcome]}
      </span>
    </div>
  );
}

const OUTCOME = {
  copied: 'Copied to the clipboard.',
  selected: 'The browser does not let this page copy. The command is selected: copy it with the keyboard.',
} as const;
