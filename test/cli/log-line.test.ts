import { expect, test } from 'vitest';
import { parseLogLine } from '../../server/cli/up/log-line.js';

test.each([
  [
    '{"level":40,"time":1,"node":"e1","frame":"a-1","tile":3,"msg":"tile lost"}',
    { severity: 'warn', text: 'tile lost  frame=a-1  tile=3' },
  ],
  ['{"level":30,"msg":"ready","engine":{"name":"x"}}', { severity: 'info', text: 'ready  engine={"name":"x"}' }],
  [
    '{"level":60,"msg":"crashed","err":{"message":"out of memory"}}',
    { severity: 'fatal', text: 'crashed: out of memory' },
  ],
  ['{"level":50,"msg":"same","err":{"message":"same"}}', { severity: 'error', text: 'same' }],
  ['{"level":20,"msg":"detail"}', { severity: 'debug', text: 'detail' }],
  ['FATAL ERROR: heap\tlimit \u001b[31m', { severity: 'error', text: 'FATAL ERROR: heap  limit ?[31m' }],
  ['{ not json', { severity: 'error', text: '{ not json' }],
  ['{"level":"high"}', { severity: 'error', text: '{"level":"high"}' }],
])('%s', (line, read) => {
  expect(parseLogLine(line)).toEqual(read);
});
