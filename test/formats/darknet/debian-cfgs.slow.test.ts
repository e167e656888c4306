import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../../server/model/model-source.js';
import { hasProgram } from '../../support/programs.js';
import { checkShapes } from './check-shapes.js';

/** Of Debian's package darknet. */
const FOLDER = '/usr/share/darknet/cfg';

describe.skipIf(!hasProgram('/usr/bin/darknet'))('the cfgs that come with Darknet (Debian’s package darknet)', () => {
  it('can be read, but for networks of other kinds', () => {
    const refused: Record<string, string> = {};
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.cfg'));
    for (const file of files) {
      try {
        checkShapes(describeModel({ cfg: `${FOLDER}/${file}` }).graph);
      } catch (error) {
        refused[file] = (error as Error).message;
      }
    }
    expect(files.length).toBeGreaterThan(40);
    expect(refused).toEqual({
      'go.cfg': expect.stringMatching(/extra=1/),
      'go.test.cfg': expect.stringMatching(/extra=1/),
      'gru.cfg': expect.stringMatching(/recurrent/),
      'rnn.cfg': expect.stringMatching(/recurrent/),
      'rnn.train.cfg': expect.stringMatching(/recurrent/),
    });
  });
});
