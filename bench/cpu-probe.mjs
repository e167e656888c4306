// Loaded into a process that was forked: tells its parent what CPU the process has used, when it is asked.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000 });
});
process.channel?.unref();
