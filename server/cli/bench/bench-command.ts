import type { Command } from 'commander';

/** `deepthings bench …`: how a cluster does, measured or simulated. */
export function addBench(program: Command): void {
  program.command('bench').description('measure how a cluster does');
}
