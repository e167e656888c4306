#!/usr/bin/env node
/** Entry of `deepthings`: reads the command line and turns whatever happens into an exit code. */
import { createProgram } from './program.js';
import { reportError } from './report-error.js';

/** `deepthings plan | head` closes our output early; that is the reader's right and no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
