import type { DueBody, MemberPlan } from '../geometry/gang/gang-blocks.js';
import type { Region } from '../geometry/region.js';
import type { Side } from '../geometry/reuse/neighbours.js';
import type { Strip } from '../geometry/reuse/tile-cut.js';
import type { TileOffers } from '../geometry/reuse/tile-offer.js';
import type { SeededRandom } from '../model/seeded-random.js';
import type { ComputedTile } from '../scheduling/device/computed-tile.js';
import type { ComputedBlock } from '../scheduling/gang/block-times.js';
import type { HandedOutTask, ListedTask } from '../scheduling/ledger/ledger-events.js';
import type { Holder } from '../scheduling/reuse/tile-reuse.js';
import type { SentBlock, SentTask } from './body-sizes.js';
import type { RequestCosts } from './cost-model.js';
import { type Kernel, type Process, wait } from './machine/kernel.js';
import type { Network } from './machine/network.js';
import type { Processor } from './machine/processor.js';
import type { SimulationSettings } from './simulation-settings.js';

/** A node as others reach it. */
export interface Host {
  readonly id: string;
  readonly address: string;
  readonly processor: Processor;
}

/** What a request is answered with. */
export interface Answer<T> {
  /** Of its body. */
  readonly bytes: number;
  readonly value: T;
}

const MIB = 2 ** 20;

/** Requests between nodes: what they take of both processors and of the links between them. */
export class Wire {
  readonly #network: Network;
  readonly #costs: RequestCosts;
  /** Of requests and answers, beyond their bodies. */
  headerBytes = 0;
  requests = 0;

  constructor(network: Network, costs: RequestCosts) {
    this.#network = network;
    this.#costs = costs;
  }

  /**
   * @param questionBytes body of the request.
   * @param handle what the other node does before it answers.
   */
  *request<T>(from: Host, to: Host, questionBytes: number, handle: () => Process<Answer<T>>): Process<T> {
    const { clientMs, serverMs, msPerMiB, questionBytes: before, answerBytes: after } = this.#costs;
    const copy = (bytes: number) => (bytes * msPerMiB) / MIB;
    // The gateway and its own device are one node.
    const isSent = from.id !== to.id;
    if (isSent) {
      this.requests++;
      this.headerBytes += before + after;
    }
    yield* wait(from.processor.serve(clientMs / 2 + copy(questionBytes)));
    if (isSent) yield* this.#network.transfer(from.id, to.id, before + questionBytes);
    yield* wait(to.processor.serve(serverMs + copy(questionBytes)));
    const { bytes, value } = yield* handle();
    yield* wait(to.processor.serve(copy(bytes)));
    if (isSent) yield* this.#network.transfer(to.id, from.id, after + bytes);
    yield* wait(from.processor.serve(clientMs / 2 + copy(bytes)));
    return value;
  }
}

/** What all nodes of one simulation share. */
export interface World {
  readonly kernel: Kernel;
  /** By id; with the gateway's own device, where it helps gangs. */
  readonly devices: ReadonlyMap<string, DeviceDoor>;
  readonly gateway: GatewayDoor;
  /** The node at an address. */
  at(address: string): DeviceDoor | GatewayDoor;
  readonly wire: Wire;
  readonly settings: SimulationSettings;
  /** Seeded. */
  readonly random: SeededRandom;
}

/** What devices ask of the gateway. */
export interface GatewayDoor extends Host {
  has(frame: string): boolean;
  register(report: DeviceReport): Process<Answer<readonly string[]>>;
  nameVictim(thief: string, waitMs: number): Process<Answer<{ device: string; address: string } | null>>;
  hangUp(thief: string): void;
  takeResult(result: ComputedTile, bytes: number): Process<Answer<null>>;
  takeBlockResult(result: ComputedBlock, bytes: number): Process<Answer<null>>;
  /** Passes strips of a gang on to the member that they are for. */
  passStrips(frame: string, attempt: number, body: DueBody, to: number, bytes: number): Process<Answer<null>>;
  poolStrips(frame: string, tile: number, offers: TileOffers, bytes: number): Process<Answer<null>>;
  giveStrips(frame: string, strips: readonly Strip[]): Process<Answer<readonly Strip[]>>;
}

/** A device's heartbeat. */
export interface DeviceReport {
  readonly device: string;
  readonly pending: number;
  readonly medianTileMs: number | null;
  readonly tasks: readonly ListedTask[];
  readonly handedOut: readonly HandedOutTask[];
  /** Frames that something is kept of. */
  readonly kept: readonly string[];
}

/** What the gateway and other devices ask of a device. */
export interface DeviceDoor extends Host {
  takeFrame(frame: string, attempt: number): Process<Answer<null>>;
  /** @returns false when its queue is full. */
  takeTile(task: SentTask, input: Region, bytes: number): Process<Answer<boolean>>;
  takeBlock(work: BlockWork, bytes: number): Process<Answer<boolean>>;
  /**
   * @param asks whether the answer is to be the strips that the device owes the sender after the same stage.
   * @returns whether it is.
   */
  takeStrips(frame: string, attempt: number, body: DueBody, asks?: boolean): Process<Answer<boolean>>;
  hearOutcome(frame: string): Process<Answer<null>>;
  /** A thief asks for a task. */
  handOut(thief: string, sequence: number): Process<Answer<StolenTask | null>>;
  /** The source of a frame hears what a tile offers, and says which sides can use it. */
  hearOffers(frame: string, tile: number, offers: TileOffers, holder: Holder): Process<Answer<readonly Side[]>>;
  giveStrips(frame: string, strips: readonly Strip[]): Process<Answer<readonly Strip[]>>;
}

/** A task that was handed out, with the region of the picture that came with it. */
export interface StolenTask {
  readonly task: SentTask;
  readonly input: Region;
  readonly bytes: number;
}

/** A member's part of a frame, as its task says it. */
export interface BlockWork {
  readonly task: SentBlock;
  /** By member. */
  readonly plans: readonly MemberPlan[];
}

/** An answer that takes no time but that of every request. */
// biome-ignore lint/correctness/useYield: it is a process like those that have to wait.
export function* answer<T>(bytes: number, value: T): Process<Answer<T>> {
  return { bytes, value };
}
