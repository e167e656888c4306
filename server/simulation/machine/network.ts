import { FairLink } from './fair-link.js';
import { type Kernel, type Process, wait } from './kernel.js';

/** What lies between the nodes. */
export interface NetworkModel {
  /**
   * `shared`: all transfers share one rate, as on a WLAN. `switched`: each node has a link to a switch, with that rate in
   * each direction.
   */
  readonly medium: 'shared' | 'switched';
  /** Infinity: transfers take no time. */
  readonly bytesPerMs: number;
  /** One way. */
  readonly latencyMs: number;
}

export interface LinkUse {
  readonly link: string;
  readonly bytes: number;
  readonly busyMs: number;
}

/**
 * Carries bytes between nodes. Links share their rate evenly; a transfer over two links is through when both have carried
 * it, which is exact where one of them is the narrow one all the time.
 */
export class Network {
  readonly #kernel: Kernel;
  readonly #model: NetworkModel;
  readonly #shared: FairLink;
  readonly #up = new Map<string, FairLink>();
  readonly #down = new Map<string, FairLink>();

  constructor(kernel: Kernel, model: NetworkModel) {
    this.#kernel = kernel;
    this.#model = model;
    this.#shared = new FairLink(kernel, model.bytesPerMs);
  }

  *transfer(from: string, to: string, bytes: number): Process {
    if (this.#model.medium === 'shared') yield* wait(this.#shared.carry(bytes));
    else {
      const links = [this.#link(this.#up, from), this.#link(this.#down, to)];
      yield* wait(this.#kernel.all(links.map((link) => wait(link.carry(bytes)))));
    }
    if (this.#model.latencyMs > 0) yield* wait(this.#kernel.sleep(this.#model.latencyMs));
  }

  #link(links: Map<string, FairLink>, node: string): FairLink {
    let link = links.get(node);
    if (link === undefined) {
      link = new FairLink(this.#kernel, this.#model.bytesPerMs);
      links.set(node, link);
    }
    return link;
  }

  get use(): readonly LinkUse[] {
    if (this.#model.medium === 'shared') return [useOf('shared', this.#shared)];
    return [
      ...[...this.#up].map(([node, link]) => useOf(`${node} up`, link)),
      ...[...this.#down].map(([node, link]) => useOf(`${node} down`, link)),
    ];
  }
}

function useOf(link: string, { bytes, busyMs }: FairLink): LinkUse {
  return { link, bytes, busyMs };
}
