import { describe, expect, it } from 'vitest';
import { parseDarknetCfg } from '../../../../server/formats/darknet/cfg/darknet-cfg.js';
import { weightsFileBytes } from '../../../../server/formats/darknet/weights/darknet-weights.js';
import { checkShapes } from '../check-shapes.js';

const NET = '[net]\nwidth=12\nheight=10\nchannels=3\n';

function parse(layers: string, net = NET) {
  return parseDarknetCfg(net + layers, { name: 'test' });
}

describe('parseDarknetCfg', () => {
  it('uses the defaults of Darknet', () => {
    const [conv, pool] = parse('[convolutional]\n[maxpool]\nstride=2\n').layers;
    expect(conv).toEqual({
      kind: 'convolutional',
      filters: 1,
      size: 1,
      stride: 1,
      padding: 0,
      groups: 1,
      batchNormalize: false,
      activation: 'logistic',
      input: { channels: 3, height: 10, width: 12 },
      output: { channels: 1, height: 10, width: 12 },
    });
    expect(pool).toMatchObject({ size: 2, stride: 2, totalPadding: 1, output: { channels: 1, height: 5, width: 6 } });
  });

  it('reads blanks inside lines, comments and carriage returns as Darknet does', () => {
    const text = '# c\r\n[net]\r\n width = 8 \r\nheight=8\r\nchannels=3\r\n; x\r\n[conv]\r\nfil ters = 5 # five\r\n';
    const network = parseDarknetCfg(text, { name: 'test' });
    expect(network.input).toEqual({ channels: 3, height: 8, width: 8 });
    expect(network.layers[0]).toMatchObject({ kind: 'convolutional', filters: 5 });
  });

  it('lets the first of two options of one name count, and says so where they differ', () => {
    const remarks: string[] = [];
    const text = `${NET}[conv]\nfilters=2\nfilters=3\nsize=1\nsize=1\n`;
    const network = parseDarknetCfg(text, { name: 'test', remark: (said) => remarks.push(said) });
    expect(network.layers[0]).toMatchObject({ filters: 2 });
    expect(remarks).toEqual([
      '[conv] has filters twice: line 6 says 2, line 7 says 3; the first one counts, as in Darknet: remove the other',
    ]);
  });

  it('takes 0.5 for anchors that are missing, as Darknet does, and anchors that num leaves out, and says so', () => {
    const read = (yolo: string) => {
      const remarks: string[] = [];
      const text = `${NET}[conv]\nfilters=14\n[yolo]\nclasses=2\n${yolo}`;
      const { head } = parseDarknetCfg(text, { name: 'test', remark: (said) => remarks.push(said) });
      return { anchors: head?.kind === 'yolo' ? head.levels[0]!.anchors : [], remarks };
    };
    expect(read('num=2\nanchors=4,5 6,7\n')).toEqual({
      anchors: [
        [4, 56],
        [7, 0.5],
      ],
      remarks: [expect.stringMatching(/^layer 1 .*num=2 needs 4 anchor numbers, and line 10 has 3: .* commas$/)],
    });
    expect(read('num=1\nmask=1,2\nanchors=1,2,3,4,5,6\n')).toEqual({
      anchors: [
        [3, 4],
        [5, 6],
      ],
      remarks: [expect.stringMatching(/num=1, and mask names anchor 2: the 3 anchors of line 11.*write num=3$/)],
    });
  });

  it('stretches pictures for the first YOLO, as Darknet’s program for it does', () => {
    const layers =
      '[local]\nfilters=2\n[connected]\noutput=52\n[detection]\ncoords=4\nside=2\nnum=2\nclasses=3\nsqrt=1\n';
    const network = parse(layers);
    expect(network.preprocessing.anchor).toBe('stretch');
    expect(parse(layers, `${NET}letter_box=1\n`).preprocessing.anchor).toBe('centre');
    expect(network.head).toEqual({
      kind: 'detection',
      output: 'map 2',
      shape: [1, 52, 1, 1],
      side: 2,
      boxes: 2,
      classes: 3,
      isSoftmax: false,
      areRoots: true,
    });
    checkShapes(network.graph);
  });

  it('lets layers share weights, which the weights file has once', () => {
    const shared = '[conv]\nfilters=3\n[conv]\nfilters=3\nshare_index=-1\n[conv]\nfilters=3\nshare_index=0\n';
    const network = parse(shared);
    checkShapes(network.graph);
    expect([...network.graph.constants.keys()].sort()).toEqual(['bias 0', 'weights 0']);
    expect(weightsFileBytes(network, 20)).toBe(20 + 4 * (3 + 9));
  });

  it.each([
    ['a -1\nb -1\nc 1\n', null],
    ['a -1\nb\nc 1\n', /tree=t: line 2 must be a class and the number of its parent/],
    ['a 1\nb -1\nc -1\n', /a class must come after its parent/],
    ['a -1\nb -1\n', /tree of 2 classes, and the layer before gives 3|classes=3, and the tree has 2/],
  ])('reads the tree of a head’s classes: %j', (tree, refusal) => {
    const read = (layers: string) =>
      parseDarknetCfg(`${NET}${layers}tree=t\n`, { name: 'test', readText: () => tree }).head;
    for (const layers of ['[avgpool]\n[softmax]\n', '[conv]\nfilters=8\n[region]\nclasses=3\nanchors=1,1\n']) {
      if (refusal !== null) expect(() => read(layers)).toThrow(refusal);
      else expect(read(layers)).toMatchObject({ tree: { parents: [-1, -1, 1] } });
    }
  });

  it('passes over what is for training only', () => {
    const layers =
      '[conv]\nfilters=7\n[yolo]\nclasses=2\nanchors=1,1\n[route]\nlayers=0\n[contrastive]\nyolo_layer=-2\n';
    expect(parse(layers).head).toMatchObject({ kind: 'yolo', classes: 2 });
  });

  it('reads line ends of an old Macintosh, with the numbers of its lines', () => {
    const text = `${NET}[conv]\nfilters=x\n`.replaceAll('\n', '\r');
    expect(() => parse('', text)).toThrow(/line 6/);
  });

  it('stretches pictures where letter_box is 0, and keeps their proportions without it', () => {
    const anchorOf = (line: string) => parse('[conv]\n', `${NET}${line}`).preprocessing.anchor;
    expect(['letter_box=0\n', 'letter_box=1\n', ''].map(anchorOf)).toEqual(['stretch', 'centre', 'centre']);
  });

  it.each([
    [
      '[conv]\n[lstm]\n',
      /^layer 1 \[lstm\], line 6: it makes this a recurrent network.* not supported.* use a network without such layers/,
    ],
    ['[gru]\n', /recurrent network/],
    ['[conv]\n[deconvolutional]\n', /makes pictures/],
    ['[conv]\n[iseg]\n', /segments pictures/],
  ])('names the kind of network that is not supported: %j', (layers, message) => {
    expect(() => parse(layers)).toThrow(
      expect.objectContaining({ code: 'DT_CFG_LAYER', message: expect.stringMatching(message) }),
    );
  });

  it('names a recurrent network that has no channels', () => {
    expect(() => parse('', '[net]\nsubdivisions=8\ninputs=256\n[rnn]\noutput=1024\n')).toThrow(/recurrent network/);
    expect(() => parse('', '[net]\ninputs=256\n[connected]\noutput=10\n')).toThrow(
      /inputs=256 \(line 2\).*plain numbers/,
    );
  });

  it('says which sizes fit a folded map', () => {
    const layers = '[conv]\nfilters=4\n[maxpool]\nstride=2\n[reorg]\nstride=2\n';
    expect(() => parse(layers, '[net]\nwidth=402\nheight=416\nchannels=3\n')).toThrow(
      'width and height must be multiples of 4, and the input is 402x416; 400x416 or 404x416 would do',
    );
  });

  it('says which sizes fit maps that are joined', () => {
    const layers = [
      '[conv]\nfilters=4',
      '[conv]\nsize=2\nstride=2', // 33 to 16
      '[route]\nlayers=0',
      '[maxpool]\nstride=2', // 33 to 17
      '[route]\nlayers=1,3',
    ];
    expect(() => parse(layers.join('\n'), '[net]\nwidth=33\nheight=64\nchannels=3\n')).toThrow(
      /different sizes, .*: width and height must be multiples of 2, and the input is 33x64; 32x64 or 34x64 would do$/,
    );
  });

  it('refuses absurd sizes and counts before anything is made of them', () => {
    const absurd: [string, string, RegExp][] = [
      ['[conv]\n', NET.replace('width=12', 'width=100000'), /width=100000, and 8192 is the most/],
      ['[conv]\nfilters=1000000000\n', NET, /layer 0 .*output of \[1000000000, 10, 12\]/],
      ['[connected]\noutput=100000000\n', NET, /layer 0 .*36000000000 weights/],
      ['[conv]\n'.repeat(2000), NET, /line 2004 begins section 2001, and 2000 is the most/],
    ];
    for (const [layers, net, message] of absurd) {
      expect(() => parse(layers, net)).toThrow(
        expect.objectContaining({ code: 'DT_CFG_SIZE', message: expect.stringMatching(message) }),
      );
    }
  });

  it.each([
    ['pad=1\nsize=3\npadding=7', { padding: 1, height: 10 }],
    ['pad=1\nsize=2', { padding: 1, height: 11 }],
    ['pad=0\nsize=3\npadding=2', { padding: 2, height: 12 }],
    ['size=3\nstride=2', { padding: 0, height: 4 }],
  ])('pads a convolution: %s', (options, { padding, height }) => {
    expect(parse(`[convolutional]\n${options}\n`).layers[0]).toMatchObject({ padding, output: { height } });
  });

  it.each([
    ['size=2\nstride=2', 10, 5],
    ['size=2\nstride=2', 11, 6],
    ['size=2\nstride=1', 11, 11],
    ['size=3\nstride=2', 11, 6],
    ['size=3\nstride=2\npadding=0', 11, 5],
  ])('pools %s on %i rows to %i', (options, rows, expected) => {
    const net = `[net]\nwidth=12\nheight=${rows}\nchannels=3\n`;
    expect(parse(`[maxpool]\n${options}\n`, net).layers[0]!.output.height).toBe(expected);
  });

  it('resolves routes and reorg', () => {
    const { layers } = parse(
      '[conv]\nfilters=4\n[conv]\nfilters=6\n[route]\nlayers=-1, 0\n[route]\nlayers=-3\n[reorg]\nstride=2\n',
    );
    expect(layers[2]).toMatchObject({ layers: [1, 0], output: { channels: 10, height: 10, width: 12 } });
    expect(layers[3]).toMatchObject({ layers: [0], output: { channels: 4 } });
    expect(layers[4]).toMatchObject({ stride: 2, output: { channels: 16, height: 5, width: 6 } });
  });

  it('reads a region head and names classes', () => {
    const network = parse(
      '[conv]\nfilters=14\n[region]\nanchors = 1,2, 3.5,4\nnum=2\nclasses=2\nsoftmax=1\nthresh=.6\n',
    );
    expect(network.layers[1]).toMatchObject({
      kind: 'region',
      classes: 2,
      coords: 4,
      softmax: true,
      anchors: [
        [1, 2],
        [3.5, 4],
      ],
    });
    expect(network.labels).toEqual(['class 0', 'class 1']);
  });

  it('reads a classifier’s layers, by their short names as well', () => {
    const { layers } = parse(
      '[conv]\nfilters=4\nactivation=mish\n[conn]\noutput=9\nbatch_normalize=1\nactivation=relu\n' +
        '[dropout]\nprobability=.5\n[avg]\n[soft]\ngroups=1\n[cost]\ntype=sse\n',
    );
    expect(layers.map(({ kind }) => kind)).toEqual([
      'convolutional',
      'connected',
      'dropout',
      'avgpool',
      'softmax',
      'cost',
    ]);
    expect(layers[0]).toMatchObject({ activation: 'mish' });
    expect(layers[1]).toMatchObject({ outputs: 9, batchNormalize: true, activation: 'relu' });
    expect(layers.slice(1).map(({ output }) => output)).toEqual(
      new Array(5).fill({ channels: 9, height: 1, width: 1 }),
    );
  });

  it('reads residual, enlarging and weighting layers', () => {
    const { graph, layers } = parse(
      '[conv]\nfilters=4\nactivation=swish\n[conv]\nfilters=4\nactivation=relu6\n[shortcut]\nfrom=-2\nactivation=leaky\n' +
        '[route]\nlayers=-1,0\ngroups=2\ngroup_id=1\n[sam]\nfrom=2\n[avgpool]\n[scale_channels]\nfrom=4\n' +
        '[upsample]\nscale=.5\n[reorg3d]\nstride=2\n[conv]\nsize=3\npad=1\ndilation=2\nfilters=2\nactivation=tanh\n' +
        '[local_avgpool]\nsize=3\nstride=1\n[crop]\ncrop_height=3\ncrop_width=5\n[activation]\nactivation=elu\n',
    );
    expect(layers.map(({ output: { channels, height, width } }) => [channels, height, width])).toEqual([
      [4, 10, 12],
      [4, 10, 12],
      [4, 10, 12],
      [4, 10, 12],
      [4, 10, 12],
      [4, 1, 1],
      [4, 10, 12],
      [4, 20, 24],
      [16, 10, 12],
      [2, 10, 12],
      [2, 10, 12],
      [2, 3, 5],
      [2, 3, 5],
    ]);
    expect(layers[2]).toMatchObject({ from: [0], activation: 'leaky' });
    expect(layers[3]).toMatchObject({ layers: [2, 0], group: { count: 2, index: 1 } });
    expect(layers[7]).toMatchObject({ stride: 2, scale: 0.5 });
    checkShapes(graph);
  });

  it('reads several heads of YOLOv3 and later, with what is for training only', () => {
    const yolo =
      'anchors=1,2, 3,4, 5,6\nnum=3\nclasses=2\njitter=.3\nignore_thresh=.7\ntruth_thresh=1\nrandom=1\niou_loss=ciou\n';
    const { graph, head, labels } = parse(
      `[conv]\nfilters=14\n[yolo]\nmask=1,2\n${yolo}[route]\nlayers=0\n[conv]\nfilters=7\nstride=2\n` +
        `[yolo]\nmask=0\nscale_x_y=1.05\nnew_coords=1\nnms_kind=diounms\nbeta_nms=.7\n${yolo}`,
    );
    expect(graph.outputs).toEqual(['map 1', 'map 4']);
    expect(labels).toEqual(['class 0', 'class 1']);
    const [first, second] = [
      {
        output: 'map 1',
        height: 10,
        width: 12,
        anchors: [
          [3, 4],
          [5, 6],
        ],
        scaleXY: 1,
        hasNewCoords: false,
      },
      { output: 'map 4', height: 5, width: 6, anchors: [[1, 2]], scaleXY: 1.05, hasNewCoords: true },
    ];
    expect(head).toEqual({ kind: 'yolo', classes: 2, distanceExponent: 0.7, levels: [first, second] });
    checkShapes(graph);
  });

  it('takes another input size', () => {
    const network = parseDarknetCfg(`${NET}[maxpool]\nstride=2\n`, { name: 'test', size: { width: 20 } });
    expect(network.layers[0]!.output).toEqual({ channels: 3, height: 5, width: 10 });
  });

  it.each([
    ['[conv]\n[Gaussian_yolo]\n', 'DT_CFG_SHAPE', /8 coordinates, objectness and 20 classes need 29 channels/],
    ['[conv]\nfilters=29\n[Gaussian_yolo]\nyolo_point=left_top\n', 'DT_CFG_OPTION', /yolo_point=left_top/],
    [
      '[conv]\n[detection]\ncoords=4\nside=2\nnum=2\nclasses=3\n',
      'DT_CFG_SHAPE',
      /2 x 2 cells with 2 boxes and 3 classes need 52 numbers, and the layer before gives 120/,
    ],
    ['[conv]\n[detection]\n', 'DT_CFG_VALUE', /coords=1 is not supported/],
    ['[local]\nsize=5\npad=1\n', 'DT_CFG_SHAPE', /pad=1 does not fit size=5/],
    ['[conv]\n[normalization]\n', 'DT_CFG_LAYER', /layer 1 \[normalization\], line 6/],
    ['[constructor]\n', 'DT_CFG_LAYER', /layer 0/],
    ['[conv]\nactivation=hard_mish\n', 'DT_CFG_VALUE', /activation=hard_mish.*line 6/],
    ['[connected]\nactivation=stair\n', 'DT_CFG_VALUE', /activation=stair.*line 6/],
    ['[connected]\noutput=4\nfilters=3\n', 'DT_CFG_OPTION', /filters=3/],
    ['[conv]\n[softmax]\n', 'DT_CFG_SHAPE', /layer 1 .*\[avgpool\]/],
    ['[avgpool]\n[softmax]\ngroups=2\n', 'DT_CFG_OPTION', /groups=2/],
    ['[avgpool]\n[softmax]\ntree=a.tree\n', 'DT_CFG_OPTION', /tree=a.tree/],
    ['[conv]\nfilters=many\n', 'DT_CFG_VALUE', /filters=many/],
    ['[conv]\nfilters=0\n', 'DT_CFG_VALUE', /at least 1/],
    ['[conv]\nflipped=1\n', 'DT_CFG_OPTION', /flipped=1/],
    ['[conv]\nbinary=1\n', 'DT_CFG_OPTION', /binary=1/],
    ['[conv]\nsize=3\ndilation=2\n', 'DT_CFG_SHAPE', /dilation=2 needs/],
    ['[conv]\n[shortcut]\nfrom=0\nweights_type=per_channel\n', 'DT_CFG_OPTION', /weights_type=per_channel/],
    ['[conv]\n[shortcut]\n', 'DT_CFG_VALUE', /from is missing/],
    [
      '[conv]\nstride=2\n[upsample]\n[shortcut]\nfrom=0\n',
      'DT_CFG_SHAPE',
      /adds \[1, 5, 6\] to a map of \[1, 10, 12\]/,
    ],
    ['[conv]\n[conv]\n[sam]\nfrom=0,1\n', 'DT_CFG_VALUE', /must name one layer/],
    ['[conv]\n[conv]\n[scale_channels]\nfrom=0\n', 'DT_CFG_SHAPE', /a factor for each channel, \[1, 1, 1\]/],
    ['[upsample]\nstride=-2\n', 'DT_CFG_VALUE', /stride=-2/],
    ['[upsample]\nscale=big\n', 'DT_CFG_VALUE', /scale=big must be a number/],
    ['[crop]\ncrop_height=11\ncrop_width=2\n', 'DT_CFG_SHAPE', /11 x 2 cells/],
    ['[conv]\n[yolo]\nmask=1\n', 'DT_CFG_VALUE', /mask=1 must name anchors from 0 to 0/],
    ['[conv]\n[yolo]\nnms_kind=cornersnms\n', 'DT_CFG_VALUE', /nms_kind=cornersnms/],
    ['[conv]\nfilters=7\n[yolo]\nclasses=3\n', 'DT_CFG_SHAPE', /need 8 channels.*has 7/],
    [
      '[conv]\nfilters=7\n[yolo]\nclasses=2\n[conv]\n',
      'DT_CFG_LAYER',
      /layer 2 .*reads the output of layer 1 \[yolo\]/,
    ],
    [
      '[conv]\nfilters=7\n[region]\nclasses=2\n[route]\nlayers=0\n[yolo]\nclasses=2\n',
      'DT_CFG_LAYER',
      /different kinds/,
    ],
    [
      '[conv]\nfilters=14\n[yolo]\nclasses=9\n[route]\nlayers=0\n[yolo]\nclasses=2\nnum=2\nanchors=1,1,2,2\n',
      'DT_CFG_LAYER',
      /layer 1 \[yolo\] has 9 classes, and layer 3/,
    ],
    ['[conv]\nantialiasing=1\n', 'DT_CFG_OPTION', /antialiasing/],
    ['[conv]\nstride=1\nstride_x=2\n', 'DT_CFG_OPTION', /stride_x=2/],
    ['[conv]\nshare_index=0\n', 'DT_CFG_VALUE', /share_index=0 must name a layer before it/],
    ['[maxpool]\n[conv]\nshare_index=0\n', 'DT_CFG_SHAPE', /layer 0 \[maxpool\], which is no convolution/],
    [
      '[conv]\nfilters=3\n[conv]\nfilters=2\nshare_index=-1\n',
      'DT_CFG_SHAPE',
      /shares the weights of layer 0: filters/,
    ],
    ['[conv]\ntoString=0\n', 'DT_CFG_OPTION', /toString/],
    ['[maxpool]\nmaxpool_depth=1\n', 'DT_CFG_OPTION', /maxpool_depth/],
    ['[conv]\nfilters=4\n[reorg]\nstride=2\nreverse=1\n', 'DT_CFG_OPTION', /reverse=1.*line 9/],
    ['[conv]\n[route]\nlayers=0\ngroups=2\n', 'DT_CFG_SHAPE', /groups=2 must divide the 1 channels/],
    ['[conv]\nfilters=2\n[route]\nlayers=0\ngroups=2\ngroup_id=2\n', 'DT_CFG_VALUE', /group_id=2/],
    ['[conv]\n[route]\n', 'DT_CFG_VALUE', /layers is missing/],
    ['[conv]\n[route]\nlayers=1\n', 'DT_CFG_VALUE', /must name layers before it/],
    ['[conv]\n[route]\nlayers=-2\n', 'DT_CFG_VALUE', /must name layers before it/],
    ['[conv]\n[maxpool]\nstride=2\n[route]\nlayers=0,1\n', 'DT_CFG_SHAPE', /different sizes/],
    ['[conv]\nfilters=5\n[reorg]\nstride=2\n', 'DT_CFG_SHAPE', /stride 2/],
    ['[conv]\nsize=3\npadding=3\n', 'DT_CFG_SHAPE', /padding 3/],
    ['[conv]\nsize=13\n', 'DT_CFG_SHAPE', /does not fit a map of 10/],
    ['[conv]\ngroups=2\nfilters=2\n', 'DT_CFG_SHAPE', /groups=2/],
    ['[maxpool]\nsize=2\npadding=3\n', 'DT_CFG_SHAPE', /padding 3/],
    ['[conv]\nfilters=9\n[region]\nclasses=2\nnum=1\nanchors=1,1\n', 'DT_CFG_SHAPE', /need 7 channels.*has 9/],
    ['[conv]\nfilters=7\n[region]\nclasses=2\nnum=1\nanchors=1,0\n', 'DT_CFG_VALUE', /anchors must be above 0/],
    ['[conv]\nfilters=7\n[region]\nclasses=2\ncoords=5\n', 'DT_CFG_VALUE', /coords=5/],
    ['[conv]\nnonsense\n', 'DT_CFG_SYNTAX', /line 6/],
  ])('refuses %j', (layers, code, message) => {
    expect(() => parse(layers)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it.each([
    ['', 'DT_CFG_SYNTAX', /found nothing/],
    ['width=3\n', 'DT_CFG_SYNTAX', /line 1/],
    ['[conv]\n', 'DT_CFG_SYNTAX', /\[conv\]/],
    ['[net]\nwidth=3\nheight=3\n', 'DT_CFG_VALUE', /channels is missing/],
    [
      '[net]\nwidth=3\nheight=3\nchannels=4\n',
      'DT_CFG_VALUE',
      /channels=4, and pictures have 3 .* or 1 \(grey\).* \(line 4\)/,
    ],
  ])('refuses the file %j', (text, code, message) => {
    expect(() => parse('', text)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
