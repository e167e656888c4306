import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDarknetCfg } from '../../server/formats/darknet/cfg/darknet-cfg.js';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import { parseLabels } from '../../server/model/labels.js';
import { sharedData } from '../support/shared-data.js';

describe('published cfgs', () => {
  const folder = sharedData('darknet-cfg');
  const outcome = (file: string) => {
    try {
      const network = parseDarknetCfg(readFileSync(`${folder}/${file}`, 'utf8'), { name: file });
      return `${network.layers.length} layers`;
    } catch (error) {
      return (error as Error).message.split(':')[0];
    }
  };

  it('reads those of YOLOv2, YOLOv3 and Darknet-19', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.cfg'));
    expect(Object.fromEntries(files.map((file) => [file, outcome(file)]))).toEqual({
      'darknet19.cfg': '26 layers',
      'yolov2.cfg': '32 layers',
      'yolov2-voc.cfg': '32 layers',
      'yolov2-tiny.cfg': '16 layers',
      'yolov2-tiny-voc.cfg': '16 layers',
      'yolov3-tiny.cfg': '24 layers',
    });
  });
});

describe('the built-in models', () => {
  it.each(['yolov2', 'yolov2-tiny', 'yolov2-voc', 'yolov2-tiny-voc', 'yolov3-tiny'])(
    '%s is what its cfg says',
    (name) => {
      const cfg = readFileSync(sharedData(`darknet-cfg/${name}.cfg`), 'utf8');
      expect(builtInNetwork(name)).toEqual(parseDarknetCfg(cfg, { name }));
    },
  );

  it.each([
    ['yolov2', 'coco'],
    ['yolov2-voc', 'voc'],
  ])('%s has the labels of %s', (name, names) => {
    const labels = parseLabels(readFileSync(sharedData(`darknet-cfg/${names}.names`), 'utf8')).names;
    expect(builtInNetwork(name).labels).toEqual(labels);
  });
});
