import { type Process, wait } from '../machine/kernel.js';
import type { DeviceParts } from './device-parts.js';

/** Of a registration, and of each task that it lists. */
const WORD_BYTES = 650;
const TASK_BYTES = 65;

/** Announces the device: as a heartbeat, and at once when its queue fills or runs empty. */
export function* registering(parts: DeviceParts): Process {
  const { board, offset, world } = parts;
  const { heartbeatMs } = world.settings;
  let announced: number | null = null;
  let isDue = false;
  let wakeUp = () => {};
  board.onChange(() => {
    if (announced === null || announced > 0 === board.pending > 0) return;
    isDue = true;
    wakeUp();
  });
  yield* wait(world.kernel.sleep(offset * heartbeatMs));
  for (;;) {
    isDue = false;
    announced = board.pending;
    yield* register(parts);
    if (isDue) continue;
    yield* wait<void>((wake) => {
      const cancel = world.kernel.at(world.kernel.nowMs + heartbeatMs, () => wakeUp());
      wakeUp = () => {
        wakeUp = () => {};
        cancel();
        wake();
      };
    });
  }
}

function* register(parts: DeviceParts): Process {
  const { board, host, ownFrames, pool, resultTimes, speed, world } = parts;
  const medianTileMs = speed.medianTileMs === null ? null : speed.medianTileMs + (resultTimes.medianMs ?? 0);
  const handedOut = [...board.handedOut];
  const tasks = board.listed();
  const bytes = WORD_BYTES + TASK_BYTES * (tasks.length + handedOut.length);
  const report = {
    ...{ device: host.id, pending: board.pending, medianTileMs, tasks, handedOut },
    kept: [...new Set([...pool.frames, ...ownFrames])],
  };
  const ended = yield* world.wire.request(host, world.gateway, bytes, () => world.gateway.register(report));
  board.reported(handedOut, []);
  for (const frame of ended) parts.forget(frame);
}
