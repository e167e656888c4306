import type { GangForecast } from '../../scheduling/gang/gang-forecast.js';
import type { GangRounds } from '../../scheduling/gang/gang-rounds.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import type { GangMeasurements } from './gang-measurements.js';

export interface GangForecastsParts {
  readonly gangs: Pick<GangRounds, 'forecast'>;
  /** All that may register. */
  readonly devices: readonly string[];
  readonly ledger: LedgerSink;
  readonly measurements: Pick<GangMeasurements, 'note'>;
}

/** Tells the ledger what gangs are expected to take. */
export class GangForecasts {
  readonly #parts: GangForecastsParts;
  #now: GangForecast | null = null;

  constructor(parts: GangForecastsParts) {
    this.#parts = parts;
  }

  /** A block of a gang was measured. */
  blockDone(): void {
    this.#parts.measurements.note();
    this.update();
  }

  /** Called at start, and after each frame of a gang. */
  update(): void {
    const { devices, gangs, ledger } = this.#parts;
    if (devices.length === 0) return;
    const forecast = gangs.forecast(devices);
    if (forecast === this.#now) return;
    this.#now = forecast;
    ledger.apply({ kind: 'gangs-predicted', forecast });
  }
}
