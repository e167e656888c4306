import type { Command } from 'commander';
import { path } from '../option-values.js';

const HELP = `
Makes Figures 11 to 15 and Table I of the paper for this implementation, and the table of numbers to reach: what the paper
states, what is measured on test hosts (Linux, root), and what is simulated. Every experiment is kept as soon as it is done, and
a second start goes on from there, on the same machine and commit. Exit code 1 when a measured output differs from the untiled
network's, when Figure 12 of FTP-WSH is more than 1 % off the paper, or when an experiment failed.

Figures: fig11, fig12, fig13, fig14, fig15, table1, numbers.

Examples:
  sudo npm run bench:paper
  sudo npm run bench:paper -- --quick --only fig13,table1
  npm run bench:paper -- --render`;

/** `deepthings bench paper`. */
export function addPaper(bench: Command): void {
  bench
    .command('paper')
    .description("the paper's figures for this implementation, measured and simulated: a page with charts")
    .option('--only <figures>', 'some figures only, such as fig13,table1')
    .option('--quick', 'a few minutes: fewer devices, grids and frames')
    .option('--devices <counts>', 'numbers of edge devices that are measured')
    .option('--out <folder>', 'where results go; bench-results/paper, or paper-quick, without it', path)
    .option('--fresh', 'take nothing from an earlier start')
    .option('--render', 'run nothing: make the page of what is there')
    .option('--docs', 'write the tables into docs/evaluation.md as well: of a full run only')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const { runBenchPaper } = await import('./paper/paper-command.js');
      await runBenchPaper(command.opts());
    });
}
