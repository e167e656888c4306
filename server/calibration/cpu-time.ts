/** CPU time of this process, all threads, for something: what else the machine does hardly shows in it. */
async function cpuMsOf(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { system, user } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The least of several times, after one that warms up. */
export async function leastCpuMs(times: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time++) least = Math.min(least, await cpuMsOf(run));
  return least;
}
