import type { Command } from 'commander';
import { path } from '../option-values.js';

const HELP = `
Measures every strategy and auto on six devices, under two loads and two links, beside one device and devices that differ, and
simulates the same from a calibration that it makes before. It takes test hosts (Linux, root) and, with all cells, about an
hour of a quiet machine with two cores. The cells of most value come first, and each is kept as soon as it is done: a second
start goes on from there, on the same machine and commit. Exit code 1 when a measured output differs from the untiled network's,
or when a cell failed.

Examples:
  sudo deepthings bench cluster --docs
  sudo deepthings bench cluster --cells yolov2-1gbit-one,yolov2-1gbit-cameras
  sudo deepthings bench cluster --cells nanodet-1gbit-one --rounds 4 --warmup 2
  deepthings bench cluster --render`;

/** `deepthings bench cluster`. */
export function addCluster(bench: Command): void {
  bench
    .command('cluster')
    .description('the cluster against what one would do instead, every strategy beside auto: a page with charts')
    .option('--cells <names>', 'some cells only')
    .option('--list', 'name the cells and how long each takes, and run nothing')
    .option('--rounds <count>', 'rounds of each cell that count')
    .option('--warmup <count>', 'frames of each strategy before them; each camera submits one at a time')
    .option('--out <folder>', 'where results go; bench-results/cluster without it', path)
    .option('--fresh', 'take nothing from an earlier start')
    .option('--render', 'run nothing: make the page of what is there')
    .option('--docs', 'write the page into docs/results/cluster as well')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const { runBenchCluster } = await import('./cluster/cluster-command.js');
      await runBenchCluster(command.opts());
    });
}
