import { type Command, Option } from 'commander';
import type { Strategy } from '../../scheduling/strategy.js';
import { type ArrivalOption, parseArrivalOption } from './arrival-option.js';
import {
  parseAmount,
  parseCount,
  parseCounts,
  parseCpuShare,
  parseGrids,
  parseLinkRate,
  parseSeed,
  parseStrategies,
} from './option-lists.js';

export interface SimulateOptions {
  readonly devices: readonly number[];
  readonly grid: readonly string[];
  readonly strategy: readonly Strategy[];
  readonly sources: readonly number[];
  readonly frames: number;
  readonly model: string;
  readonly depth: number;
  readonly yaml: string;
  readonly link: number;
  readonly medium: 'shared' | 'switched';
  readonly latency: number;
  readonly cpu: number;
  readonly cpuPeriod: number;
  readonly arrivals: ArrivalOption;
  readonly pictureBytes: number;
  readonly calibration?: string;
  readonly against?: string;
  readonly seed: number;
  readonly json?: boolean;
}

const HELP = `
What devices, links and requests cost is what "bench calibrate" measured, or typical of one server core.

Examples:
  deepthings bench calibrate --out here.json
  deepthings bench simulate --devices 1,2,4,6 --cpu 0.25 --link 50mbit --calibration here.json
  deepthings bench simulate --devices 1000 --sources 50 --frames 200 --json
  deepthings bench simulate --against testbed.json --cpu 0.25 --link 50mbit --calibration here.json`;

/** `deepthings bench simulate`. */
export function addSimulate(bench: Command): void {
  bench
    .command('simulate')
    .description('predict how clusters do: the scheduling of the nodes, on devices and links that are simulated')
    .addOption(new Option('--devices <counts>', 'devices').argParser(parseCounts).default([1, 2, 4, 6], '1,2,4,6'))
    .addOption(new Option('--grid <grids>', 'tiles, rows x columns').argParser(parseGrids).default(['5x5'], '5x5'))
    .addOption(
      new Option('--strategy <names>', 'who computes what')
        .argParser(parseStrategies)
        .default(['ftp-wst-s'], 'ftp-wst-s'),
    )
    .addOption(
      new Option('--sources <counts>', 'devices that frames start on').argParser(parseCounts).default([1], '1'),
    )
    .addOption(new Option('--frames <count>', 'frames of all sources together').argParser(parseCount).default(5))
    .option('--model <name>', 'a built-in model', 'yolov2')
    .addOption(new Option('--depth <layers>', 'fused layers').argParser(parseCount).default(16))
    .option('--yaml <text>', 'sections of cluster.yaml, as "overlap: { policy: always }"', '')
    .addOption(
      new Option('--link <rate>', 'of each link, or of the shared medium')
        .argParser(parseLinkRate)
        .default(Infinity, 'max'),
    )
    .addOption(new Option('--medium <kind>', 'how links share').choices(['switched', 'shared']).default('switched'))
    .addOption(new Option('--latency <ms>', 'of a link, one way').argParser(parseAmount).default(0.1))
    .addOption(new Option('--cpu <cores>', 'of each node').argParser(parseCpuShare).default(1))
    .addOption(
      new Option('--cpu-period <ms>', 'of a quota, as on test hosts; 0: processors that are slower')
        .argParser(parseAmount)
        .default(20),
    )
    .addOption(
      new Option('--arrivals <when>', 'one-by-one, periodic:RATE, poisson:RATE (a second and source), trace:FILE')
        .argParser(parseArrivalOption)
        .default({ kind: 'one-by-one' }, 'one-by-one'),
    )
    .addOption(new Option('--picture-bytes <bytes>', 'of each picture').argParser(parseAmount).default(100_000))
    .option('--calibration <file>', 'what "bench calibrate" wrote')
    .option('--against <file>', 'what "bench testbed --json" printed: simulate the same, and show the deviation')
    .addOption(new Option('--seed <number>', 'of all that is random').argParser(parseSeed).default(1))
    .option('--json', 'print an array of objects')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const { runSimulate } = await import('./simulate-command.js');
      const given = (name: string) => command.getOptionValueSource(name) === 'cli';
      await runSimulate(command.optsWithGlobals(), given);
    });
}
