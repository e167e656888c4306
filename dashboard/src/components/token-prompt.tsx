import { useEffect, useRef, useState } from 'preact/hooks';
import type { Access } from '../state/dashboard-state.js';

interface TokenPromptProps {
  readonly access: Exclude<Access, 'open'>;
  readonly onToken: (token: string) => void;
}

/** Asks for the cluster's token, which stays in this tab. */
export function TokenPrompt({ access, onToken }: TokenPromptProps) {
  const [token, setToken] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const isRefused = access === 'token-refused';
  const isChecking = access === 'token-checking';
  return (
    <section class="panel token-prompt" aria-labelledby="token-heading">
      <h2 id="token-heading">Enter the cluster token</h2>
      <p id="token-help">
        This cluster is protected. The token is the value of <code>DEEPTHINGS_TOKEN</code> that the gateway was started
        with. This tab keeps it until it is closed.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') onToken(token.trim());
        }}
      >
        <label for="token">Token</label>
        <div class="field">
          <input
            id="token"
            ref={field}
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            value={token}
            aria-invalid={isRefused}
            aria-describedby="token-help token-error"
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={isChecking}>
            {isChecking ? 'Checking…' : 'Open'}
          </button>
        </div>
        <p id="token-error" class="error" role="alert">
          {isRefused && 'The gateway does not accept this token.'}
        </p>
      </form>
    </section>
  );
}
