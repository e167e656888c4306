import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { applyPlan } from '../../server/cli/plan/apply-plan.js';
import { editCluster } from '../../server/cli/plan/cluster-edit.js';
import { lineDiff } from '../../server/cli/plan/line-diff.js';
import { FACES } from './running-cli.js';

const grid = { section: 'partition', key: 'grid', value: '5x5' };
const strategy = { section: 'schedule', key: 'strategy', value: 'ftp-wst' };

describe('editing a cluster.yaml', () => {
  it('replaces a value in its place and nothing else', () => {
    const text = '# top\npartition:   { grid: 3x3,  fusedDepth: 8 } # cut\n\nname: "x"\n';
    expect(editCluster(text, [grid])).toBe(text.replace('3x3', '5x5'));
    expect(editCluster('partition:\n  grid: "3x3"   # tiles\n', [grid])).toBe('partition:\n  grid: 5x5   # tiles\n');
  });

  it('adds a key to a section in flow and in block style', () => {
    expect(editCluster('schedule: { prefetch: 1 }\n', [strategy])).toBe(
      'schedule: { strategy: ftp-wst, prefetch: 1 }\n',
    );
    expect(editCluster('schedule: {}\n', [strategy])).toBe('schedule: { strategy: ftp-wst }\n');
    const block = 'schedule:\n    # why\n    prefetch: 1\nname: x\n';
    expect(editCluster(block, [strategy])).toBe(
      'schedule:\n    # why\n    strategy: ftp-wst\n    prefetch: 1\nname: x\n',
    );
  });

  it('adds a section that is not there', () => {
    expect(editCluster('name: x', [strategy])).toBe('name: x\n\nschedule: { strategy: ftp-wst }\n');
  });

  it.each([
    'schedule: {prefetch: 1}',
    'schedule: {\n  prefetch: 1,\n  }',
    'schedule:\n  prefetch: 1',
    'name: y # no section',
    'schedule: { "strategy": ftp-wsh }',
    "schedule: { 'strategy': 'ftp-wsh', prefetch: 1 }",
  ])('leaves a document that says the same but for what is written: %s', (text) => {
    const wanted = { ...parse(text), schedule: { ...parse(text).schedule, strategy: 'ftp-wst' } };
    expect(parse(editCluster(text, [strategy]))).toEqual(wanted);
  });
});

it('shows the lines that changed', () => {
  expect(lineDiff('a\nb\nc', 'a\nx\nc\nd')).toEqual(['- b', '+ x', '+ d']);
  expect(lineDiff('a', 'a')).toEqual([]);
});

describe('applying a plan', () => {
  const fileOf = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'deepthings-apply-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'cluster.yaml');
    writeFileSync(file, text);
    return file;
  };

  it('writes it and says which lines changed; again it changes nothing', async () => {
    const file = fileOf(FACES);
    const choice = {
      kind: 'fused',
      grid: { rows: 2, columns: 4 },
      depth: 6,
      strategy: 'ftp-wst',
      maps: 'f16',
    } as const;
    const changes = await applyPlan(file, choice);
    expect(changes).toContain('+ partition: { grid: 2x4, fusedDepth: 6 }');
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      partition: { grid: '2x4', fusedDepth: 6 },
      schedule: { strategy: 'ftp-wst' },
      wire: { maps: 'f16' },
    });
    expect(await applyPlan(file, choice)).toEqual([]);
  });

  it('leaves a file as it was that would not be right any more', async () => {
    const file = fileOf(FACES);
    const choice = {
      kind: 'fused',
      grid: { rows: 2, columns: 400 },
      depth: 6,
      strategy: 'ftp-wst',
      maps: 'f16',
    } as const;
    await expect(applyPlan(file, choice)).rejects.toMatchObject({ code: 'DT_CONFIG' });
    expect(readFileSync(file, 'utf8')).toBe(FACES);
  });

  it('writes a strategy of gangs, and keeps partition and comments', async () => {
    const text = FACES.replace('name: test', '# mine\nname: test # stays');
    const file = fileOf(text);
    const changes = await applyPlan(file, { kind: 'gang', strategy: 'auto', maps: 'f16' });
    const after = readFileSync(file, 'utf8');
    expect(after).toContain('# mine\nname: test # stays');
    expect(parse(after)).toEqual({
      ...parse(text),
      schedule: { ...parse(text).schedule, strategy: 'auto' },
      wire: { ...parse(text).wire, maps: 'f16' },
    });
    expect(changes.some((line) => line.includes('partition'))).toBe(false);
  });

  it('writes a strategy of gangs into a file that has no partition', async () => {
    const file = fileOf(FACES.replace(/^partition: .*\n/m, ''));
    await applyPlan(file, { kind: 'gang', strategy: 'whole', maps: 'f32' });
    const after = parse(readFileSync(file, 'utf8'));
    expect(after).toMatchObject({ schedule: { strategy: 'whole' }, wire: { maps: 'f32' } });
    expect(after).not.toHaveProperty('partition');
  });
});
