import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDeviation,
  formatDuration,
  formatMacs,
} from '../../../server/cli/terminal/quantities.js';
import { textTable } from '../../../server/cli/terminal/text-table.js';

test('columns are as wide as they must be; what a terminal would obey is taken out', () => {
  const columns = [{ title: 'label' }, { title: 'n', align: 'right' as const }, { title: 'end' }];
  const rows = [
    ['a', '1000', 'x'],
    ['red \u001b[31m', '7', 'longer'],
  ];
  expect(textTable(columns, rows).split('\n')).toEqual([
    '  label         n  end',
    '  a          1000  x',
    '  red ?[31m     7  longer',
  ]);
});

test('quantities have three digits and their unit', () => {
  expect([0, 999, 1000, 62_300, 1_500_000, 2 ** 31].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '0.98 KiB',
    '60.8 KiB',
    '1.43 MiB',
    '2.00 GiB',
  ]);
  expect([12_300, 14.6e6, 1.05e9].map(formatMacs)).toEqual(['12.3 kMAC', '14.6 MMAC', '1.05 GMAC']);
  expect([86.4, 1340].map(formatDuration)).toEqual(['86 ms', '1.34 s']);
  expect([formatDeviation(0.031), formatDeviation(-0.12)]).toEqual(['+3.1 %', '-12.0 %']);
  expect([formatCount(1, 'tile'), formatCount(9, 'tile')]).toEqual(['1 tile', '9 tiles']);
});
