import { type Command, Option } from 'commander';
import { path } from '../option-values.js';
import { addCalibrate } from './add-calibrate.js';
import { addCluster } from './add-cluster.js';
import { addPaper } from './add-paper.js';
import { addSimulate } from './simulate/add-simulate.js';

/** `deepthings bench …`: how a cluster does, measured or simulated. */
export function addBench(program: Command): void {
  const bench = program.command('bench').description('measure how a cluster does, or predict it');
  addTestbed(bench);
  addRelay(bench);
  addSimulate(bench);
  addCalibrate(bench);
  addPaper(bench);
  addCluster(bench);
}

function addTestbed(bench: Command): void {
  bench
    .command('testbed')
    .description('measure clusters on test hosts of this machine: network namespaces with quotas (Linux, root)')
    .option('--devices <counts>', 'numbers of edge devices', '1,2,4,6')
    .option('--cpu <cores>', 'share of a core for each device: one for all, or one each', '0.25')
    .option('--gateway-cpu <cores>', "the gateway's share; without it that of the first device")
    .option('--link <rate>', 'of every node, such as 50mbit; max: unshaped', '50mbit')
    .option('--memory <size>', "a device's limit, such as 192MiB")
    .option('--gateway-memory <size>', "the gateway's limit")
    .option('--grid <grids>', 'rows x columns of tiles', '3x3,5x5')
    .option('--strategy <names>', 'take turns within a cluster', 'ftp-wst-s,ftp-wst,ftp-wsh,modnn')
    .option('--sources <counts>', 'devices that frames start on; from 2 on, all frames are submitted at once', '1')
    .option(
      '--frames <count>',
      'frames of each strategy that count; without it 5, and 15 to compare gang or whole with others',
    )
    .option('--warmup <count>', 'frames of each strategy before them', '2')
    .option('--at-once', 'submit all frames at once from one source as well')
    .option('--cameras', 'each source is a camera that submits its next frame once the one before it is answered')
    .option('--repeat <count>', 'how often all frames are submitted at once, or by cameras', '1')
    .option(
      '--disturb <what>',
      'in the middle third of the rounds: slow:e5:0.1 (share of a core), or lossy:e5 (link cut off)',
    )
    .option('--model <name>', 'a built-in model, yolox-s, or the path of a Darknet cfg or an ONNX file', 'yolov2')
    .option('--weights <source>', 'a file, or synthetic, which is what a model without weights gets')
    .option('--depth <layers>', 'fused layers; without it as the model suggests')
    .addOption(new Option('--maps <type>', 'how feature maps travel').choices(['f32', 'f16']).default('f32'))
    .option('--set <yaml>', "other settings, as in cluster.yaml: 'schedule: { faithful: true }'")
    .option('--json', 'print an array with an object for each combination')
    .option('--out <file>', 'write that array there, anew after each cluster', path)
    .addHelpText('after', TESTBED_HELP)
    .action(async (_options, command: Command) => {
      const { runBenchTestbed } = await import('./testbed/testbed-command.js');
      await runBenchTestbed(command.opts());
    });
}

const TESTBED_HELP = `
Every output is compared with the untiled network's: exit code 1 when one differs. docs/evaluation.md says what is measured.

Examples:
  sudo deepthings bench testbed --devices 1,6 --grid 5x5 --depth 16
  sudo deepthings bench testbed --devices 6 --sources 6 --frames 12 --grid 5x5 --strategy ftp-wst-s --json
  sudo deepthings bench testbed --devices 6 --strategy whole,gang,ftp-wst-s --grid 5x5 --link 1gbit
  sudo deepthings bench testbed --devices 3 --cpu 0.4,0.2,0.1 --link 100mbit --model face-detector`;

/** The test hosts' own way in; started by `bench testbed`. */
function addRelay(bench: Command): void {
  bench
    .command('relay', { hidden: true })
    .addOption(new Option('--supervised').hideHelp())
    .action(async () => {
      const { runRelay } = await import('./relay-command.js');
      await runRelay();
    });
}
