import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  clusterFileSchemaModule,
  clusterJsonSchema,
  clusterJsonSchemaText,
} from '../../server/config/editor-schema.js';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, keywords: ['patternErrorMessage'] });
const validate = ajv.compile(clusterJsonSchema());
const rightFor = (text: string) => validate(parse(text));

describe('what is committed is what is generated: `npm run generate` when this fails', () => {
  const committed = (file: string) => readFile(new URL(`../../server/config/${file}`, import.meta.url), 'utf8');

  test('for editors', async () => {
    expect(await committed('cluster.schema.json')).toBe(clusterJsonSchemaText());
  });

  test('for nodes', async () => {
    expect(await committed('generated/cluster-file-schema.ts')).toBe(clusterFileSchemaModule());
  });
});

test('every key says what it is', () => {
  const visit = (schema: Record<string, unknown>, path: string) => {
    expect(schema.description, path).toEqual(expect.stringMatching(/^[A-Z].*\.$/));
    for (const [key, child] of Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>)) {
      visit(child, `${path}.${key}`);
    }
    if (schema.items !== undefined) visit(schema.items as Record<string, unknown>, `${path}[]`);
  };
  visit(clusterJsonSchema(), '');
});

describe('an editor', () => {
  const required = 'model: {}\ngateway: { address: http://a }\ndevices: [{ id: e0, address: http://b }]\n';

  test('takes the shipped cluster.yaml', async () => {
    expect(rightFor(await readFile(new URL('../../cluster.yaml', import.meta.url), 'utf8'))).toBe(true);
  });

  test('takes references to the environment in place of any value', () => {
    const text = `${required}engine: { threads: "\${N}" }\nlog: { level: "\${L:-info}" }\npartition: { grid: "\${R}x3" }\nlimits: { pictureBytes: "\${S}" }\n`;
    expect(rightFor(text)).toBe(true);
  });

  test.each([
    'engine: { threads: "two" }',
    'log: { level: loud }',
    'partition: { grid: "3" }',
    'tile: 1',
    'store: { bytes: 1MB }',
    'store: { age: 7 days }',
  ])('marks %s', (text) => {
    expect(rightFor(required + text)).toBe(false);
  });
});
