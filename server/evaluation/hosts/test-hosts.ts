import { isAlive } from '../../node/is-alive.js';
import { type ControlGroups, type GroupUsage, joiningGroups } from './control-groups.js';
import { leftovers, parseNamespaces } from './host-leftovers.js';
import { type Command, type HostPlan, removeNamespace } from './host-plan.js';
import { type LinkCounters, parseLinkCounters } from './link-counters.js';
import type { RunCommand } from './system-command.js';

export interface TestHostsParts {
  readonly groups: ControlGroups;
  readonly run: RunCommand;
}

/** Hosts that are up. Whatever happens to this process short of SIGKILL, they are taken down when it ends. */
export class TestHosts {
  readonly plan: HostPlan;
  readonly #parts: TestHostsParts;
  readonly #onExit = () => this.takeDown();

  /**
   * Removes what an earlier process left when it was killed, and makes the hosts.
   *
   * @throws DeepThingsError `DT_TESTBED`, `DT_CGROUP`; what was made by then is taken down.
   */
  constructor(plan: HostPlan, parts: TestHostsParts) {
    this.plan = plan;
    this.#parts = parts;
    removeLeftovers(plan.ownerPid, parts);
    process.once('exit', this.#onExit);
    try {
      for (const { name, ...limits } of plan.hosts) parts.groups.create(name, limits);
      for (const command of plan.up) parts.run(command);
    } catch (error) {
      this.takeDown();
      throw error;
    }
  }

  /** The command line that a node is run within: on the host of that id, within its quota. */
  within(id: string): Command {
    const { name } = this.#host(id);
    // The groups come first, since a namespace sees another /sys.
    return [...joiningGroups(this.#parts.groups.joinFiles(name)), 'ip', 'netns', 'exec', name];
  }

  /** The same for what asks the nodes: without a quota. */
  withinClient(): Command {
    return ['ip', 'netns', 'exec', this.plan.client.name];
  }

  usage(id: string): GroupUsage {
    return this.#parts.groups.usage(this.#host(id).name);
  }

  /** Gives a host another share of a core. @throws DeepThingsError `DT_CGROUP` */
  setCpu(id: string, cpuCores: number): void {
    this.#parts.groups.setCpu(this.#host(id).name, cpuCores);
  }

  /** Cuts a host off, or connects it again: what is sent meanwhile is lost. @throws DeepThingsError `DT_TESTBED` */
  setLink(id: string, isUp: boolean): void {
    // By the switch's port: a link that goes down and up again takes the kernel up to a second.
    const port = ['link', 'set', 'dev', this.#host(id).id, 'state', isUp ? 'forwarding' : 'disabled'];
    this.#parts.run(['bridge', '-n', this.plan.switchName, ...port]);
  }

  linkCounters(): LinkCounters {
    return parseLinkCounters(this.#parts.run(['ip', '-n', this.plan.switchName, '-s', '-j', 'link', 'show']));
  }

  /** Kills what runs on the hosts and removes them; again does nothing. */
  takeDown(): void {
    process.off('exit', this.#onExit);
    remove(this.plan.names, this.#parts);
  }

  #host(id: string) {
    const host = this.plan.hosts.find((one) => one.id === id);
    if (host === undefined) throw new RangeError(`there is no host ${id}`);
    return host;
  }
}

function removeLeftovers(ownPid: number, parts: TestHostsParts): void {
  const there = [...parts.groups.names(), ...namespaces(parts)];
  remove(leftovers([...new Set(there)], ownPid, isAlive), parts);
}

/** What cannot be removed must not keep the rest: the first reason is told at the end. */
function remove(names: readonly string[], parts: TestHostsParts): void {
  const there = new Set(namespaces(parts));
  const errors: unknown[] = [];
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      errors.push(error);
    }
  };
  for (const name of names) {
    attempt(() => parts.groups.remove(name));
    if (there.has(name)) attempt(() => parts.run(removeNamespace(name)));
  }
  if (errors.length > 0) throw errors[0];
}

function namespaces({ run }: TestHostsParts): readonly string[] {
  return parseNamespaces(run(['ip', 'netns', 'list']));
}
