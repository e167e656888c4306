import { type Command, Option } from 'commander';
import { ONNX_HEADS } from '../../heads/onnx-heads.js';
import { path, score } from '../option-values.js';

const PULL_HELP = `
An interrupted pull goes on where it ended. The weights are kept in $XDG_CACHE_HOME/deepthings/models, by default in
~/.cache/deepthings/models, and found there by  model: { name: yolov2 }  in cluster.yaml.
HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed.`;

/** `deepthings model`. */
export function addModel(program: Command): void {
  const model = program.command('model').description('what the built-in models, and your own, are made of');
  model
    .command('list')
    .description('the models that are here: built in, pulled, and the one of cluster.yaml')
    .option('--json', 'as JSON')
    .action(async (_options, command: Command) => {
      const { runModelList } = await import('./list-command.js');
      await runModelList(command.optsWithGlobals());
    });
  model
    .command('pull')
    .description('fetch the weights of a model by its name, and keep them on this machine')
    .argument('<name>', 'yolov2, yolov2-tiny, yolov2-voc or yolov2-tiny-voc')
    .option('--from <url>', 'another place to fetch them from')
    .option('--sha256 <hex>', 'take them only if they have this SHA-256')
    .option('--force', 'fetch them anew when they are there')
    .addHelpText('after', PULL_HELP)
    .action(async (name: string, _options, command: Command) => {
      const { runModelPull } = await import('./pull/pull-command.js');
      await runModelPull(name, command.optsWithGlobals());
    });
  model
    .command('inspect')
    .description('the nodes of a model, and where it can be cut')
    .argument(
      '[name]',
      'a built-in model, or the path of an ONNX file; the model of cluster.yaml without name and --cfg',
    )
    .option('--cfg <file>', 'a Darknet cfg of your own', path)
    .option('--size <pixels>', 'another input size: 608, or 608x416 (width x height)')
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, _options, command: Command) => {
      const { runModelInspect } = await import('./inspect-command.js');
      await runModelInspect(name, command.optsWithGlobals());
    });
  model
    .command('check')
    .description('run an ONNX file on a picture, whole, and say what it finds')
    .argument('<model.onnx>', 'the ONNX file')
    .argument('<picture>', 'a photograph of what it is to find')
    .option('--size <pixels>', 'input size where the file leaves it open: 640, or 640x480 (width x height)')
    .addOption(
      new Option('--head <family>', 'how boxes are made of its outputs, where their shapes do not tell').choices(
        ONNX_HEADS,
      ),
    )
    .option('--threshold <score>', 'least score, in place of what the family usually has', score)
    .option('--grid <rows x columns>', 'compute it in tiles as well, 3x2 for instance, and compare')
    .option('--annotated <out.jpg>', 'write the picture with what was found')
    .option('--json', 'as JSON')
    .action(async (file: string, picture: string, _options, command: Command) => {
      const { runModelCheck } = await import('./onnx/check-command.js');
      await runModelCheck(path(file), path(picture), command.optsWithGlobals());
    });
  model
    .command('synth')
    .description('write made-up weights for a model: for measuring, they detect nothing')
    .argument('<model>', 'a built-in model, the path of a Darknet cfg, or yolox-s')
    .argument('<out>', 'the file to write: Darknet weights; for yolox-s an ONNX file, structure and weights')
    .option('--seed <number>', 'other numbers for another seed', '1')
    .option('--force', 'write over a file that is there')
    .addHelpText(
      'after',
      '\nA weights file gives what "weights: synthetic:SEED" gives in cluster.yaml, but for rounding.',
    )
    .action(async (name: string, out: string, _options, command: Command) => {
      const { runModelSynth } = await import('./synth-command.js');
      await runModelSynth(path(name), path(out), command.optsWithGlobals());
    });
}
