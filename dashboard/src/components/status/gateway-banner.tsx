import { sentence } from '../../format.js';
import { CommandLine } from '../commands/command-line.js';
import { Time } from '../time.js';
import type { LostConnection } from './use-gateway-loss.js';

interface GatewayBannerProps {
  /** Null: the gateway is there. */
  readonly loss: LostConnection | null;
  readonly onRetry: () => void;
}

/** Says that the gateway cannot be reached, and what to do. Its frame stays in the page, so that it is read out. */
export function GatewayBanner({ loss, onRetry }: GatewayBannerProps) {
  return (
    <div class={loss === null ? undefined : 'gateway-down'}>
      <div role="alert">
        {loss !== null && (
          <>
            <h2>The gateway cannot be reached</h2>
            <p>
              No picture can be submitted until it is back. Check that the machine at{' '}
              <strong>{new URL(document.baseURI).host}</strong> is on and that the gateway runs there:
            </p>
          </>
        )}
      </div>
      {loss !== null && (
        <>
          <CommandLine name="start command of the gateway" text="npx deepthings gateway" />
          <div class="gateway-retry">
            <button type="button" onClick={onRetry}>
              Retry now
            </button>
            <p>
              The page reconnects by itself.{' '}
              {loss.staleSince !== null && (
                <>
                  What you see is as of <Time iso={loss.staleSince} />.{' '}
                </>
              )}
              Last error: {sentence(loss.reason)}
            </p>
          </div>
        </>
      )}
    </div>
  );
}
