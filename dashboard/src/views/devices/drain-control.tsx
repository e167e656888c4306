import { useEffect, useState } from 'preact/hooks';
import type { DashboardApi } from '../../api.js';
import { ConfirmationBox, useConfirmation } from '../../components/confirmation.js';
import type { DeviceState } from '../../contract-types.js';
import { errorText } from '../../error-text.js';
import type { Session } from '../../session.js';

interface DrainControlProps {
  readonly device: DeviceState;
  readonly session: Session;
}

type Order = 'drain' | 'resume';

/** Takes a device out of the schedule, when that has been confirmed, and has it back. */
export function DrainControl({ device: { device, state }, session }: DrainControlProps) {
  const confirmation = useConfirmation(state === 'live');
  const [ordered, setOrdered] = useState<Order | null>(null);
  const [refusal, setRefusal] = useState('');
  const isDrained = state === 'draining' || state === 'drained';
  const order = isDrained ? 'resume' : 'drain';
  const hint = `drain-hint-${device}`;

  // What was ordered shows in the device's state.
  useEffect(() => setOrdered(null), [state]);

  const give = async (wanted: Order): Promise<void> => {
    confirmation.close();
    setOrdered(wanted);
    setRefusal('');
    const ask = (api: DashboardApi) => (wanted === 'drain' ? api.drain(device) : api.resume(device));
    await session.ask(ask).catch((error: unknown) => {
      setOrdered(null);
      setRefusal(errorText(error));
    });
  };
  const onClick = (): void => {
    if (order === 'resume') void give('resume');
    else if (state === 'live') confirmation.ask();
  };

  return (
    <div class="drain">
      {confirmation.isAsking ? (
        <ConfirmationBox
          confirmation={confirmation}
          id={hint}
          answer={`Drain ${device}`}
          onYes={() => void give('drain')}
        >
          Drain {device}? It finishes the tile that it computes, gives the others away, and takes nothing new until it
          is resumed or started again.
        </ConfirmationBox>
      ) : (
        <>
          <button
            type="button"
            ref={confirmation.button}
            aria-disabled={isDrained || state === 'live' ? undefined : 'true'}
            aria-label={`${WORD[order]} ${device}`}
            aria-describedby={hint}
            onClick={onClick}
          >
            {WORD[order]}
          </button>
          <p id={hint} class="muted" aria-live="polite">
            {ordered === null ? hintOf(state) : ORDERED[ordered]}
          </p>
        </>
      )}
      <p class="error" role="alert">
        {refusal}
      </p>
    </div>
  );
}

const WORD = { drain: 'Drain', resume: 'Resume' } as const;
const ORDERED = { drain: 'Asking it to drain…', resume: 'Asking it to resume…' } as const;

function hintOf(state: DeviceState['state']): string {
  switch (state) {
    case 'live':
      return '';
    case 'draining':
      return 'It finishes what it has and takes nothing new.';
    case 'quarantined':
      return 'It gets no tiles anyway.';
    case 'drained':
      return 'It has finished. Its process can be stopped, or resumed.';
    default:
      return 'Only a device that is live can be drained.';
  }
}
