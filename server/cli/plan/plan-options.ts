import { type Command, InvalidArgumentError, Option } from 'commander';
import { BYTE_SIZE_PATTERN, parseByteSize } from '../../config/byte-size.js';
import { parseAmount, parseCount, parseCpuShare, parseLinkRate } from '../bench/option-lists.js';
import type { OptimizeOptions } from './optimize-command.js';

type PlanCommandOptions = OptimizeOptions & { readonly optimize?: boolean; readonly compare?: boolean };

const HELP = `
Memory counts the fused layers' weights, the largest tile's maps and one picture; a process takes some 80 MiB besides.
Costs are typical ones unless --calibration names what "deepthings bench calibrate" measured.

Examples:
  deepthings plan
  deepthings plan --optimize --memory 64MiB --cpu 0.25 --link 50mbit
  deepthings plan --optimize --calibration pi4.json --apply
  deepthings plan --compare --calibration pi4.json`;

/** `deepthings plan`. */
export function addPlan(program: Command): void {
  program
    .command('plan')
    .description(
      'show how cluster.yaml cuts the network: tiles, regions, computation, bytes, memory; or find a better cut',
    )
    .option('--json', 'the plan as GET /plan has it, and what it costs; or the advice as JSON')
    .addOption(
      new Option('--optimize', 'search grid, depth, strategy and wire format by simulation').conflicts('compare'),
    )
    .option('--apply', 'with --optimize: write the best into cluster.yaml')
    .option('--compare', 'what is predicted beside what the running cluster did with its latest frames')
    .addOption(new Option('--memory <size>', 'with --optimize: of a device, as 64MiB').argParser(parseMemory))
    .addOption(new Option('--devices <count>', 'in place of those of cluster.yaml').argParser(parseCount))
    .addOption(new Option('--cpu <cores>', 'of each node').argParser(parseCpuShare).default(1))
    .addOption(
      new Option('--link <rate>', 'of the network, as 100mbit').argParser(parseLinkRate).default(12_500, '100mbit'),
    )
    .addOption(new Option('--medium <kind>', 'how links share').choices(['switched', 'shared']).default('switched'))
    .option('--calibration <file>', 'what "bench calibrate" wrote')
    .addOption(new Option('--seconds <limit>', 'with --optimize: time to search').argParser(parseAmount).default(20))
    .addOption(new Option('--top <count>', 'with --optimize: plans to show').argParser(parseCount).default(5))
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<PlanCommandOptions>();
      if (options.optimize) await (await import('./optimize-command.js')).runOptimize(options);
      else if (options.apply) command.error("error: option '--apply' goes with '--optimize'");
      else if (options.compare) await (await import('./compare-command.js')).runCompare(options);
      else await (await import('./plan-command.js')).runPlan(options);
    });
}

function parseMemory(text: string): number {
  if (new RegExp(BYTE_SIZE_PATTERN).test(text)) return parseByteSize(text);
  throw new InvalidArgumentError('Expected a size like 64MiB.');
}
