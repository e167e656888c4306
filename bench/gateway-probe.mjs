// Loaded into a gateway (--import) by bench/gateway.mjs, which asks it over the channel for event-loop delays and a CPU profile.
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const NS_PER_MS = 1e6;
const delays = monitorEventLoopDelay({ resolution: 1 });
const session = new Session();

const ANSWERS = {
  'delays-begin': async () => {
    delays.reset();
    delays.enable();
  },
  'delays-end': async () => {
    delays.disable();
    const [p50, p99] = [50, 99].map((share) => delays.percentile(share) / NS_PER_MS);
    return { p50, p99, most: delays.max / NS_PER_MS };
  },
  'profile-begin': async () => {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
  },
  'profile-end': async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return profile;
  },
};

// The gateway's threads load it as well.
if (isMainThread) {
  process.on('message', (question) => {
    ANSWERS[question]().then((answer) => process.send({ of: question, answer: answer ?? null }));
  });
  // The gateway ends when it is told to, not when nobody asks it any more.
  process.channel.unref();
}
