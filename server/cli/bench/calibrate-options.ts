import { type Command, Option } from 'commander';
import { parseCount } from './option-lists.js';

/** `deepthings bench calibrate`. */
export function addCalibrate(bench: Command): void {
  bench
    .command('calibrate')
    .description('measure what layers, tiles and requests take on one core of this machine, for simulate and plan')
    .option('--model <name>', 'a built-in model', 'yolov2')
    .addOption(new Option('--depth <layers>', 'fused layers, at most').argParser(parseCount).default(16))
    .option('--engine <name>', 'the engine', 'onnxruntime')
    .option('--out <file>', 'write it there')
    .option('--json', 'as JSON')
    .action(async (_options, command: Command) => {
      const { runCalibrate } = await import('./calibrate-command.js');
      await runCalibrate(command.optsWithGlobals());
    });
}
