import { Command, Option } from 'commander';
import { VERSION } from '../node/version.js';
import { QUEUE_POLICIES, type QueuePolicy } from '../scheduling/policy/waiting-order.js';
import { STRATEGIES } from '../scheduling/strategies/strategy.js';
import { addBench } from './bench/bench-command.js';
import { addModel } from './model/add-model.js';
import {
  addGatewayOptions,
  cameraId,
  count,
  milliseconds,
  oneMoreTag,
  path,
  picturesASecond,
  secondsBetween,
  secondsOfSilence,
  secondsToWait,
} from './option-values.js';
import { addPlan } from './plan/add-plan.js';
import { plainLines } from './terminal/terminal.js';

/**
 * The command line. What a command does is loaded when it is run: `--help` answers at once, and an edge device does
 * not load what only the gateway needs.
 */
export function createProgram(): Command {
  const program = new Command('deepthings')
    .description('Object detection on a cluster of small machines, which cut each picture into tiles and share them.')
    .version(VERSION)
    .option('-c, --config <file>', 'the cluster file', path, 'cluster.yaml')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('("deepthings --help" lists what there is)')
    .addHelpText('after', PROGRAM_HELP)
    .configureOutput({
      writeOut: (text) => process.stdout.write(plainLines(text)),
      writeErr: (text) => process.stderr.write(plainLines(text)),
    })
    .exitOverride();
  addUp(program);
  addNodes(program);
  addSubmit(program);
  addDrain(program);
  addQuarantine(program.command('quarantine').description('devices that computed something wrong'));
  addWatch(program);
  addPlan(program);
  addModel(program);
  addBench(program);
  addToken(program);
  addConfig(program.command('config').description('check cluster.yaml'));
  return program;
}

const PROGRAM_HELP = `
Environment:
  DEEPTHINGS_TOKEN       the cluster's secret, 16 characters or more; nodes that other machines can reach need it
  DEEPTHINGS_READ_TOKEN  another one, for reading only: for the dashboard
  ..._FILE               either in a file instead, which may change while nodes run
  NODE_EXTRA_CA_CERTS    a file with an authority to trust besides those that Node.js knows, for https without --ca
  DEEPTHINGS_DEBUG=1     shows where an error came from
  NO_COLOR=1             no colours

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.

Examples:
  deepthings up --demo                        start the cluster of ./cluster.yaml here, and show a first picture
  deepthings submit photo.jpg                 what is in the picture
  deepthings submit *.jpg --json > found.json
  deepthings gateway -c home.yaml             one node of a cluster of several machines: on each, start its own
  deepthings edge pi1 -c home.yaml`;

function addUp(program: Command): void {
  program
    .command('up')
    .description('start the gateway and every device of cluster.yaml on this machine, until Ctrl-C')
    .option('--demo', 'submit a sample photograph and show what was found')
    .addHelpText('after', '\nEach node is a process of its own; its log is in .deepthings/logs beside cluster.yaml.')
    .action(async (_options, command: Command) => {
      const { runUp } = await import('./up/up-command.js');
      await runUp(command.optsWithGlobals());
    });
}

function addNodes(program: Command): void {
  const listen = () => new Option('--listen <host:port>', 'listen there, not where cluster.yaml says');
  const supervised = () => new Option('--supervised').hideHelp();
  program
    .command('gateway')
    .description('run the gateway, until Ctrl-C')
    .addOption(listen())
    .addOption(supervised())
    .action(async (_options, command: Command) => {
      await takeMemorySettings();
      const { runGateway } = await import('./commands/node-command.js');
      await runGateway(command.optsWithGlobals());
    });
  program
    .command('edge')
    .description('run one edge device, until Ctrl-C')
    .argument('<id>', 'its id in cluster.yaml')
    .addOption(listen())
    .addOption(supervised())
    .action(async (id: string, _options, command: Command) => {
      await takeMemorySettings();
      const { runEdge } = await import('./commands/node-command.js');
      await runEdge(id, command.optsWithGlobals());
    });
}

/** Before anything else is loaded: the process that waits for the other one stays small. */
async function takeMemorySettings(): Promise<void> {
  const { lacksMemorySettings, rerunWithMemorySettings } = await import('./memory-rerun.js');
  if (lacksMemorySettings(process)) await rerunWithMemorySettings();
}

function addSubmit(program: Command): void {
  const submit = program
    .command('submit')
    .description('find what is in pictures, with the running cluster')
    .argument('<image...>', 'JPEG, PNG or WebP files')
    .option('--json', 'print an array with the whole frame of each image; null for one that was refused or failed')
    .option('--out <file>', 'write the picture with boxes there; a folder when there are several images', path)
    .option('--source <id>', 'the device that the tiles start on; without it the gateway chooses')
    .option('--camera <name>', 'the camera that the pictures are of: cameras take turns', cameraId)
    .option('--tag <word>', TAG, oneMoreTag)
    .addOption(
      queueOption('with --camera: all has each picture computed, latest drops those that a newer one overtakes', 'all'),
    )
    .addOption(
      new Option('--strategy <name>', 'how it is computed, in place of what cluster.yaml says').choices([
        ...STRATEGIES,
      ]),
    )
    .option('--members <number>', 'the most devices that compute a picture together (gang, auto)', count)
    .option('--within <ms>', WITHIN, milliseconds)
    .option('--wait <seconds>', 'how long to wait for each picture; 0 submits only', secondsToWait, 60)
    .addHelpText('after', SUBMIT_HELP)
    .action(async (images: string[], _options, command: Command) => {
      const { runSubmit } = await import('./submit/submit-command.js');
      await runSubmit(images.map(path), command.optsWithGlobals());
    });
  addGatewayOptions(submit);
}

const WITHIN =
  'the time within which a picture is to be answered; with the strategy auto it gets devices enough for that';

const TAG = 'a word that is kept with each frame, to find it by, such as room:kitchen; up to 8 times';

function queueOption(about: string, usual: QueuePolicy): Option {
  return new Option('--queue <policy>', about).choices([...QUEUE_POLICIES]).default(usual);
}

const SUBMIT_HELP = `
Examples:
  deepthings submit photo.jpg --out photo-found.jpg
  deepthings submit album/*.jpg --out found/ --json
  deepthings submit door.jpg --gateway http://192.168.1.10:8080
  deepthings submit door.jpg --gateway https://192.168.1.10:8080 --ca ca.crt`;

function addDrain(program: Command): void {
  const drain = program
    .command('drain')
    .description(
      'take a device out of the running cluster without losing anything: it finishes or hands over what it has',
    )
    .argument('<device>', 'its id in cluster.yaml; "gateway" for the gateway itself, which takes no more frames')
    .option('--wait', 'until it is drained')
    .option('--resume', 'have it take up work again instead')
    .addHelpText('after', DRAIN_HELP)
    .action(async (device: string, _options, command: Command) => {
      const { runDrain } = await import('./commands/drain-command.js');
      await runDrain(device, command.optsWithGlobals());
    });
  addGatewayOptions(drain);
}

const DRAIN_HELP = `
A node that gets SIGTERM drains itself and ends: to restart a device nothing more is needed.

Examples:
  deepthings drain e1 --wait && ssh e1 sudo apt upgrade
  deepthings drain e1 --resume`;

function addQuarantine(quarantine: Command): void {
  const release = quarantine
    .command('release')
    .description('give a device work again that computed something wrong, once it has been looked after')
    .argument('<device>', 'its id in cluster.yaml')
    .addHelpText('after', RELEASE_HELP)
    .action(async (device: string, _options, command: Command) => {
      const { runRelease } = await import('./commands/release-command.js');
      await runRelease(device, command.optsWithGlobals());
    });
  addGatewayOptions(release);
}

const RELEASE_HELP = `
Devices come into quarantine when what they computed differs from what another device and the gateway computed:
audit  in cluster.yaml has tiles run twice. GET /cluster and the dashboard say which are there, and why.`;

function addWatch(program: Command): void {
  const watch = program
    .command('watch')
    .description('find what is in the pictures of a folder, a camera or a video, as they come')
    .argument('<source>', 'a folder, an http(s) address of a camera, a video file, rtsp://…, /dev/video0')
    .option('--source <id>', 'the device that the tiles start on; without it the gateway chooses')
    .option('--camera <name>', 'as the cluster is to know what is watched; by default made of its address', cameraId)
    .option('--tag <word>', TAG, oneMoreTag)
    .addOption(
      queueOption(
        'of a camera: latest has the cluster drop a picture that a newer one overtakes, all keeps it',
        'latest',
      ),
    )
    .option('--within <ms>', WITHIN, milliseconds)
    .option('--once', 'look at what is there (of a camera: one picture) and end; no picture is dropped')
    .option('--interval <seconds>', 'between two snapshots (1), or two looks at a folder (2)', secondsBetween)
    .option('--fps <number>', 'pictures a second that are taken of a stream or a video', picturesASecond, 1)
    .option(
      '--at-once <number>',
      'pictures under way at once; of a camera the newest waits, the others are dropped',
      count,
      2,
    )
    .option('--silence <seconds>', 'without a picture, after which a stream is opened again', secondsOfSilence, 30)
    .option('--annotated <folder>', 'write each picture with its boxes there', path)
    .option('--state <file>', 'remember there which files of a folder have been looked at', path)
    .option('--recursive', 'look into the sub-folders of a folder')
    .option('--video', 'an http address gives a stream or a video, though it does not say so')
    .option('--camera-ca <file>', 'of an https camera: its certificate, or the authority that signed it (PEM)')
    .option('--insecure', 'take any certificate of an https camera, and the old TLS of old cameras')
    .option('--json', 'a line of JSON for each picture')
    .option('--wait <seconds>', 'how long to wait for each picture', secondsToWait, 60)
    .addHelpText('after', WATCH_HELP)
    .action(async (named: string, _options, command: Command) => {
      const { runWatch } = await import('./watch/watch-command.js');
      await runWatch(path(named), command.optsWithGlobals());
    });
  addGatewayOptions(watch);
}

const WATCH_HELP = `
Examples:
  deepthings watch /srv/ftp/door --state door.seen --json >> found.jsonl
  deepthings watch http://viewer:secret@192.168.1.20/snapshot.jpg --source kitchen --interval 2
  deepthings watch rtsp://viewer:secret@192.168.1.21/stream1 --fps 2 --annotated found/`;

function addToken(program: Command): void {
  program
    .command('token')
    .description("make a token: the secret that a cluster's nodes show each other")
    .option('--file <path>', 'write it there, readable by you alone, instead of printing it', path)
    .addHelpText('after', '\nHow to replace one while the cluster runs: docs/security.md.')
    .action(async (_options, command: Command) => {
      const { runToken } = await import('./commands/token-command.js');
      await runToken(command.optsWithGlobals());
    });
}

function addConfig(config: Command): void {
  config
    .command('check')
    .description('check cluster.yaml and the files it names, and say all that is wrong')
    .action(async (_options, command: Command) => {
      const { runConfigCheck } = await import('./commands/config-command.js');
      await runConfigCheck(command.optsWithGlobals());
    });
}
