import { type StealEffect, Stealing } from '../../scheduling/device/stealing.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import type { Process } from '../machine/kernel.js';
import type { DeviceDoor } from '../world.js';
import type { DeviceParts } from './device-parts.js';

/** Real ones begin with the time of day. */
const FIRST_SEQUENCE = 1_800_000_000_000;

/** Carries out what `Stealing` decides, from now on. */
export function startStealing(parts: DeviceParts): void {
  const { board, host, world } = parts;
  const { gateway, kernel, settings, wire } = world;
  /** Bodies of the question that named the present victim, and of its answer. */
  let controlBytes = 0;
  const now = () => kernel.nowMs;
  const rules = { board, prefetch: settings.prefetch, ...settings.steal, firstSequence: FIRST_SEQUENCE };
  const stealing = new Stealing({ ...rules, retryMs: () => 0, suspendedUntilMs: () => null }, carryOut);
  function carryOut(effect: StealEffect): void {
    switch (effect.kind) {
      case 'hang-up':
        gateway.hangUp(host.id);
        return;
      case 'steal-later':
        kernel.at(now() + effect.ms, () => stealing.due(now()));
        return;
      case 'ask-victim': {
        const { sequence, waitMs } = effect.question;
        const bytes = JSON.stringify({ thief: host.id, sequence, waitMs }).length;
        const asking = wire.request(host, gateway, bytes, () => gateway.nameVictim(host.id, waitMs));
        kernel.spawn(asking, (victim) => {
          controlBytes = bytes + JSON.stringify({ victim }).length;
          stealing.victimNamed(victim, now());
        });
        return;
      }
      case 'ask-task':
        kernel.spawn(takeFrom(parts, effect.victim, effect.sequence, controlBytes), (isThere) =>
          stealing.taskCame(isThere, now()),
        );
    }
  }
  board.onChange(() => stealing.look(now()));
  stealing.look(now());
}

function* takeFrom(
  { board, host, links, world }: DeviceParts,
  victim: Holder,
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
  const arrivedMs = kernel.nowMs;
  const transferMs = arrivedMs - startedMs;
  links.add(victim.address, bytes, transferMs);
  const way = { inputBytes: bytes, controlBytes: controlBytes + question, transferMs, arrivedMs, victim };
  board.addStolen({ kind: 'tile', ...sent, input: { region: input }, ...way });
  return true;
}
