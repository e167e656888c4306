import { ComputeSpeed } from '../../scheduling/device/compute-speed.js';
import { MedianWindow } from '../../scheduling/device/median-window.js';
import { TaskBoard } from '../../scheduling/device/task-board.js';
import { tilePicker } from '../../scheduling/order/tile-picker.js';
import { LinkRates } from '../../scheduling/policy/link-rates.js';
import { FetchPolicy } from '../../scheduling/reuse/fetch-policy.js';
import { ReuseBook } from '../../scheduling/reuse/reuse-book.js';
import type { TaskReuseParts } from '../../scheduling/reuse/task-reuse.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import type { TileStartParts } from '../../scheduling/reuse/tile-start.js';
import type { BlockTask } from '../gang/block-computing.js';
import { SimulatedStripInbox } from '../gang/strip-inbox.js';
import { KeptStrips } from '../kept-strips.js';
import { Processor } from '../machine/processor.js';
import type { SimulatedDeviceSettings } from '../simulation-settings.js';
import type { Host, World } from '../world.js';
import type { DeviceBoard, TileTask } from './device-tasks.js';

/** What one device consists of, each part the one of a real device where that decides something. */
export class DeviceParts {
  readonly world: World;
  readonly host: Host;
  /** Of its heartbeats, 0 to 1. */
  readonly offset: number;
  readonly processor: Processor;
  readonly board: DeviceBoard;
  readonly book: ReuseBook;
  readonly pool = new KeptStrips();
  /** Strips of gangs. */
  readonly inbox = new SimulatedStripInbox();
  readonly links = new LinkRates();
  readonly speed = new ComputeSpeed();
  /** Until the gateway has a result. */
  readonly resultTimes = new MedianWindow();
  readonly policy: FetchPolicy;
  readonly ownFrames = new Set<string>();

  constructor(world: World, settings: SimulatedDeviceSettings, host: Host, offset: number, processor?: Processor) {
    const { bytesPerValue, order, overlap, plan, queueLimit } = world.settings;
    this.world = world;
    this.host = host;
    this.offset = offset;
    this.processor = processor ?? new Processor(world.kernel, settings.cpu, offset);
    const { links, speed } = this;
    this.policy = new FetchPolicy({ plan, policy: overlap.policy, links, speed, bytesPerValue });
    const book = new ReuseBook(plan, overlap.policy === 'never' ? null : this.policy);
    this.book = book;
    this.board = new TaskBoard<TileTask, BlockTask>(queueLimit, tilePicker(plan, book, order));
    this.board.onChange((change) => book.follow(change));
  }

  get viaGateway(): boolean {
    const { overlap } = this.world.settings;
    return overlap.via === 'gateway' && overlap.policy !== 'never';
  }

  /** Where others find the strips of this device. */
  get holder(): Holder {
    const { id, address } = this.viaGateway ? this.world.gateway : this.host;
    return { device: id, address };
  }

  get startParts(): TileStartParts & { readonly pool: KeptStrips } {
    const { book, host, policy, pool, world } = this;
    const { overlap, plan } = world.settings;
    return { device: host.id, book, policy, pool, plan, allSides: overlap.allSides };
  }

  get reuseParts(): TaskReuseParts {
    const { book, links, policy, pool, world } = this;
    const { overlap, plan, transmitted } = world.settings;
    const holder = () => this.holder;
    return { book, links, policy, pool, plan, allSides: overlap.allSides, holder, transmitted: () => transmitted };
  }

  /** Frees everything of a frame that has ended. */
  forget(frame: string): void {
    this.ownFrames.delete(frame);
    this.board.dropFrame(frame);
    this.book.close(frame);
    this.pool.drop(frame);
    this.inbox.drop(frame);
  }
}
