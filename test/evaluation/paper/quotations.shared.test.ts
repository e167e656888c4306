import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { STATEMENTS } from '../../../server/evaluation/paper/page/paper-statements.js';
import { sharedFile } from '../../support/shared-data.js';

it('what the paper states is quoted as the paper has it', () => {
  const text = readFileSync(sharedFile('paper/deepthings-tcad-2018.txt'), 'utf8').replace(/\s+/g, ' ');
  for (const { quote } of STATEMENTS) expect(text).toContain(quote);
});
