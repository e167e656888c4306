#!/usr/bin/env -S MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=4194304 MALLOC_TRIM_THRESHOLD_=4194304 node --single-threaded-gc --max-semi-space-size=2 --heap-growing-percent=100
/** Entry of `deepthings`: reads the command line and turns whatever happens into an exit code. */

// Reading source maps takes time, so only for who looks for a mistake, and before what they are of is loaded.
if (process.env.DEEPTHINGS_DEBUG === '1') process.setSourceMapsEnabled(true);

/** `deepthings plan | head` closes our output early; that is the reader's right and no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

const [{ createProgram }, { reportError }] = await Promise.all([
  import('./program.js'),
  import('./terminal/report-error.js'),
]);

/** An error that nothing caught, in a timer or a stream: one line, as for any other. A node logs its own (`ProcessEnd`). */
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') === 1) process.exit(reportError(error));
});
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
