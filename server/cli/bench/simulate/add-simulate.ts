import { type Command, Option } from 'commander';
import { QUEUE_POLICIES } from '../../../scheduling/policy/waiting-order.js';
import { path } from '../../option-values.js';

const HELP = `
What devices, links and requests cost is what "bench calibrate" measured, or typical of one server core. With --against, what
was measured says what is simulated; lists that are given leave out the rest of it.

Examples:
  deepthings bench calibrate --out here.json
  deepthings bench simulate --devices 1,2,4,6 --cpu 0.25 --link 50mbit --calibration here.json
  deepthings bench simulate --devices 1000 --sources 50 --frames 200 --json
  deepthings bench simulate --devices 6 --sources 6 --strategy whole --arrivals periodic:2 --queue latest --frames 200
  deepthings bench simulate --against testbed.json --calibration here.json`;

/** `deepthings bench simulate`. */
export function addSimulate(bench: Command): void {
  bench
    .command('simulate')
    .description('predict how clusters do: the scheduling of the nodes, on devices and links that are simulated')
    .option('--devices <counts>', 'numbers of edge devices', '1,2,4,6')
    .option('--cpu <cores>', 'share of a core for each device: one for all, or one each', '0.25')
    .option('--gateway-cpu <cores>', "the gateway's share; without it that of the first device")
    .option('--cpu-period <ms>', 'in which shares are given out, as on test hosts; 0: processors that are slower', '20')
    .option('--link <rate>', 'of every node, or of what they share, such as 50mbit; max: no limit', '50mbit')
    .addOption(
      new Option('--medium <kind>', 'a link for each node, or one for all, as a WLAN')
        .choices(['switched', 'shared'])
        .default('switched'),
    )
    .option('--latency <ms>', 'of a link, one way', '0.1')
    .option('--grid <grids>', 'rows x columns of tiles', '5x5')
    .option('--strategy <names>', 'who computes what', 'ftp-wst-s')
    .option('--sources <counts>', 'devices that frames start on', '1')
    .option('--frames <count>', 'frames that count', '5')
    .option('--warmup <count>', 'frames before them', '2')
    .option(
      '--arrivals <when>',
      'one-by-one (each source), at-once, periodic:RATE or poisson:RATE (frames a second of each source), trace:FILE',
      'one-by-one',
    )
    .addOption(
      new Option(
        '--queue <policy>',
        'each source is a camera: latest drops its frames that a newer one overtakes',
      ).choices([...QUEUE_POLICIES]),
    )
    .option('--model <name>', 'a built-in model, or the path of a Darknet cfg', 'yolov2')
    .option('--depth <layers>', 'fused layers; without it as the model suggests')
    .addOption(new Option('--maps <type>', 'how feature maps travel').choices(['f32', 'f16']).default('f32'))
    .option('--set <yaml>', "other settings, as in cluster.yaml: 'schedule: { faithful: true }'")
    .option('--picture-bytes <bytes>', 'of each picture', '100000')
    .option('--picture-size <pixels>', 'of each picture: letterbox padding around it is not sent', '1920x1280')
    .option('--calibration <file>', 'what "bench calibrate" wrote', path)
    .option('--against <file>', 'what "bench testbed --json" printed: simulate the same, and show the deviation', path)
    .option('--seed <number>', 'of all that is random', '1')
    .option('--json', 'print an array of objects')
    .addHelpText('after', HELP)
    .action(async (_options, command: Command) => {
      const { runSimulate } = await import('./simulate-command.js');
      await runSimulate(command.opts(), (name) => command.getOptionValueSource(name) === 'cli');
    });
}
