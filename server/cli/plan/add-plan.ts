import { type Command, Option } from 'commander';
import { addGatewayOptions, path } from '../option-values.js';
import { EXIT_USAGE } from '../terminal/exit-codes.js';
import type { OptimizeOptions } from './optimize-command.js';

type PlanCommandOptions = OptimizeOptions & { readonly optimize?: boolean; readonly compare?: boolean };

const HELP = `
Memory counts the weights and the largest maps of what a device computes, and one picture; a process takes some 80 MiB besides.
Costs are typical ones unless --calibration names what "deepthings bench calibrate" measured.

Examples:
  deepthings plan
  deepthings plan --optimize --memory 64MiB --cpu 0.25 --link 50mbit
  deepthings plan --optimize --calibration pi4.json --apply
  deepthings plan --compare --calibration pi4.json`;

/** `deepthings plan`. */
export function addPlan(program: Command): void {
  const plan = program
    .command('plan')
    .description(
      'show how cluster.yaml cuts the network: tiles, regions, computation, bytes, memory; or find a better cut',
    )
    .option('--json', 'the plan as GET /plan has it, and what it costs; or the advice as JSON')
    .addOption(
      new Option('--optimize', 'search strategy, wire format, grid and depth by simulation, and give advice').conflicts(
        'compare',
      ),
    )
    .option('--apply', 'with --optimize: write the best into cluster.yaml')
    .option('--compare', 'what is predicted beside what the running cluster did with its latest frames')
    .option('--memory <size>', 'with --optimize: of a device, as 64MiB')
    .option('--devices <count>', 'in place of those of cluster.yaml')
    .option('--cpu <cores>', 'of each node', '1')
    .option('--link <rate>', 'of the network, as 50mbit; max: no limit', '100mbit')
    .addOption(new Option('--medium <kind>', 'how links share').choices(['switched', 'shared']).default('switched'))
    .option('--calibration <file>', 'what "bench calibrate" wrote', path)
    .option('--seconds <limit>', 'with --optimize: time to search', '20')
    .option('--top <count>', 'with --optimize: plans to show', '5')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<PlanCommandOptions>();
      if (options.optimize) await (await import('./optimize-command.js')).runOptimize(options);
      else if (options.apply) command.error("error: option '--apply' goes with '--optimize'", { exitCode: EXIT_USAGE });
      else if (options.compare) await (await import('./compare-command.js')).runCompare(options);
      else await (await import('./plan-command.js')).runPlan(options);
    });
  addGatewayOptions(plan);
}
