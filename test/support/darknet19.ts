/** Facts of Darknet-19 (Redmon, Farhadi 2017): filters of its 3x3 convolutions, each block ended by a halving. */
const BLOCKS: readonly (readonly number[])[] = [
  [32],
  [64],
  [128, 64, 128],
  [256, 128, 256],
  [512, 256, 512, 256, 512],
  [1024, 512, 1024, 512, 1024],
];

/** A cfg with the layers of Darknet-19; in each block every second convolution is 1x1. */
export function darknet19Cfg({ size = 256, classes = 1000 }: { size?: number; classes?: number } = {}): string {
  const blocks = BLOCKS.map((filters) =>
    filters
      .map((count, index) => {
        const options = `batch_normalize=1\nfilters=${count}\nsize=${index % 2 === 0 ? 3 : 1}\nstride=1\npad=1\n`;
        return `[convolutional]\n${options}activation=leaky\n`;
      })
      .join('\n'),
  );
  return (
    `[net]\nbatch=1\nwidth=${size}\nheight=${size}\nchannels=3\n\n${blocks.join('\n[maxpool]\nsize=2\nstride=2\n\n')}\n` +
    `[convolutional]\nfilters=${classes}\nsize=1\nstride=1\npad=1\nactivation=linear\n\n` +
    '[avgpool]\n\n[softmax]\ngroups=1\n'
  );
}
