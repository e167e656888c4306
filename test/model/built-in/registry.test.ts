import { describe, expect, it } from 'vitest';
import { weightsFileBytes } from '../../../server/formats/darknet/weights/darknet-weights.js';
import { BUILT_IN_MODELS, builtInModel, builtInNetwork } from '../../../server/model/built-in/registry.js';

const darknetModels = [
  'yolov2',
  'yolov2-tiny',
  'yolov2-voc',
  'yolov2-tiny-voc',
  'yolov3',
  'yolov3-tiny',
  'yolov4',
  'yolov4-tiny',
];

describe('builtInNetwork', () => {
  it('knows these models', () => {
    expect(Object.keys(BUILT_IN_MODELS)).toEqual(['face-detector', ...darknetModels.toSorted(byRegistryOrder)]);
  });

  it('halves the face detector’s map as the original does', () => {
    const widths = builtInNetwork('face-detector').layers.map((layer) => layer.output.width);
    expect(widths).toEqual([414, 207, 207, 207, 104, 104, 104, 52, 52, 52, 26, 26, 26, 13, 13, 13, 13, 13, 13]);
  });

  it('says how long the weights of yolov2 are', () => {
    const origin = builtInModel('yolov2').weights;
    const network = builtInNetwork('yolov2');
    expect(origin).toMatchObject({ file: 'yolov2.weights', byteLength: weightsFileBytes(network, 16) });
  });

  // The lengths that the servers give: layers of other shapes would hardly add up to them.
  it.each([
    ['yolov3', 248_007_048, 107],
    ['yolov3-tiny', 35_434_956, 24],
    ['yolov4', 257_717_640, 162],
    ['yolov4-tiny', 24_251_276, 38],
  ])('the layers of %s need the weights that are published', (name, byteLength, layers) => {
    const network = builtInNetwork(name);
    expect(network.layers).toHaveLength(layers);
    expect(weightsFileBytes(network, 20)).toBe(byteLength);
    expect(builtInModel(name).weights).toMatchObject({ byteLength });
  });

  it('takes other input sizes', () => {
    const network = builtInNetwork('yolov2', { width: 64, height: 96 });
    expect(network.layers.at(-1)!.output).toEqual({ channels: 425, height: 3, width: 2 });
  });

  it.each([{ width: 100 }, { height: 0 }, { width: -32 }, { height: 33.5 }])('refuses the size %j', (size) => {
    expect(() => builtInNetwork('face-detector', size)).toThrow(
      expect.objectContaining({ code: 'DT_MODEL_INPUT_SIZE' }),
    );
  });

  it.each(['yolov9', '__proto__', 'toString'])('refuses the name %s', (name) => {
    expect(() => builtInNetwork(name)).toThrow(expect.objectContaining({ code: 'DT_MODEL_NAME' }));
  });
});

function byRegistryOrder(a: string, b: string): number {
  return darknetModels.indexOf(a) - darknetModels.indexOf(b);
}
