import type { Command } from 'commander';

/** `deepthings bench calibrate`. */
export function addCalibrate(bench: Command): void {
  bench
    .command('calibrate')
    .description('measure what layers, tiles and requests take on one core of this machine, for simulate and plan')
    .option('--model <name>', 'a built-in model, or the path of a Darknet cfg', 'yolov2')
    .option('--depth <layers>', 'fused layers, at most; without it as many as can be fused')
    .option('--engine <name>', 'the engine', 'onnxruntime')
    .option('--out <file>', 'write it there')
    .option('--json', 'as JSON')
    .action(async (_options, command: Command) => {
      const { runCalibrate } = await import('./calibrate-command.js');
      await runCalibrate(command.opts());
    });
}
