import { type Process, wait } from '../machine/kernel.js';
import type { DeviceDoor } from '../world.js';
import type { DeviceParts } from './device-parts.js';
import type { TileTask } from './device-tasks.js';

/** Real ones begin with the time of day. */
const FIRST_SEQUENCE = 1_800_000_000_000;

/** Steals tasks while the device has none of its own. */
export function* stealing(parts: DeviceParts): Process {
  const { board, changed, host, world } = parts;
  const { gateway, kernel, settings, wire } = world;
  const { prefetch, steal } = settings;
  const isHungry = () => board.pending === 0 && (board.stolen < prefetch || (board.stolen === 0 && board.isIdle));
  // With work of its own it does not stay on the line.
  board.onChange(() => {
    if (board.pending > 0) gateway.hangUp(host.id);
  });
  for (let sequence = FIRST_SEQUENCE; ; sequence++) {
    while (!isHungry()) yield* wait(changed.next());
    const question = { thief: host.id, sequence, waitMs: steal.waitMs };
    const bytes = JSON.stringify(question).length;
    const victim = yield* wire.request(host, gateway, bytes, () => gateway.nameVictim(host.id, steal.waitMs));
    const controlBytes = victim === null ? 0 : bytes + JSON.stringify({ victim }).length;
    const stolen = victim !== null && (yield* takeFrom(parts, victim, sequence, controlBytes));
    if (!stolen && steal.waitMs === 0) yield* wait(kernel.sleep(steal.pollMs));
  }
}

function* takeFrom(
  { board, host, links, world }: DeviceParts,
  victim: { readonly device: string; readonly address: string },
  sequence: number,
  controlBytes: number,
): Process<boolean> {
  const { kernel, wire } = world;
  const device = world.at(victim.address) as DeviceDoor;
  const question = JSON.stringify({ thief: host.id, sequence }).length;
  const startedMs = kernel.nowMs;
  const stolen = yield* wire.request(host, device, question, () => device.handOut(host.id, sequence));
  if (stolen === null) return false;
  const { bytes, input, task: sent } = stolen;
  const { attempt, frame, generation, reuse, source, tile } = sent;
  const arrivedMs = kernel.nowMs;
  const transferMs = arrivedMs - startedMs;
  links.add(victim.address, bytes, transferMs);
  const task: TileTask = {
    ...{ kind: 'tile', frame, tile, generation, attempt, source, reuse, input, inputBytes: bytes },
    ...{ controlBytes: controlBytes + question, transferMs, arrivedMs, victim },
  };
  board.addStolen(task);
  return true;
}
