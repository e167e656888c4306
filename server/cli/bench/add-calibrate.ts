import { type Command, Option } from 'commander';
import { path } from '../option-values.js';

/** `deepthings bench calibrate`, and the process that it starts. */
export function addCalibrate(bench: Command): void {
  bench
    .command('calibrate')
    .description('measure what layers, tiles and requests take on one core of this machine, for simulate and plan')
    .option('--model <name>', 'a built-in model, or the path of a Darknet cfg', 'yolov2')
    .option('--depth <layers>', 'fused layers, at most; without it as many as can be fused')
    .option('--engine <name>', 'the engine', 'onnxruntime')
    .option('--cpu <cores>', 'within this share of a core, as on test hosts; takes root on Linux')
    .option('--out <file>', 'write it there', path)
    .option('--json', 'as JSON')
    .action(async (_options, command: Command) => {
      const { runCalibrate } = await import('./calibrate-command.js');
      await runCalibrate(command.opts());
    });
  bench
    .command('measure-costs', { hidden: true })
    .addOption(new Option('--supervised').hideHelp())
    .action(async () => {
      const { runMeasureCosts } = await import('./measure-costs-command.js');
      await runMeasureCosts();
    });
}
