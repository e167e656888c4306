import type { EventLog } from '../../node/observe/event-log.js';
import type { DeviceRegistry } from './device-registry.js';

const LOOK_EVERY_MS = 1_000;

/** Tells watchers of devices whose state or problem has changed with time alone: a refused one that is gone, a warning that is over. */
export class DeviceBulletin {
  readonly #registry: DeviceRegistry;
  readonly #events: EventLog;
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: DeviceRegistry, events: EventLog) {
    this.#registry = registry;
    this.#events = events;
  }

  start(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  look(): void {
    for (const document of this.#registry.documents()) {
      const { device, problem, state } = document;
      const now = `${state} ${problem}`;
      const before = this.#told.get(device);
      this.#told.set(device, now);
      if (before !== undefined && before !== now) this.#events.publish('device', document);
    }
  }
}
