import { type ControlGroups, joiningGroups } from './control-groups.js';
import { type Command, groupName } from './host-plan.js';

/** A control group that gives a share of a core to what runs in it; gone when this process ends, at the latest. */
export class QuotaGroup {
  readonly #groups: ControlGroups;
  readonly #name: string;
  readonly #onExit = () => this.remove();

  /** @throws DeepThingsError `DT_CGROUP` */
  constructor(groups: ControlGroups, what: string, cpuCores: number) {
    this.#groups = groups;
    this.#name = groupName(process.pid, what);
    process.once('exit', this.#onExit);
    groups.create(this.#name, { cpuCores, memoryBytes: null });
  }

  /** The command line that a process is run within. */
  get within(): Command {
    return joiningGroups(this.#groups.joinFiles(this.#name));
  }

  /** Kills what runs in it; again does nothing. */
  remove(): void {
    process.off('exit', this.#onExit);
    this.#groups.remove(this.#name);
  }
}
