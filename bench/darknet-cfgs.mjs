// Which of the cfgs in folders can be read, and why the others cannot. Of a Darknet's clone, for instance.
// Usage: node bench/darknet-cfgs.mjs folder...
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { source } from './sources.mjs';

const { describeModel } = await source('server/model/model-source.ts');

for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.cfg'))
    .sort();
  const refused = files.flatMap((file) => {
    try {
      describeModel({ cfg: resolve(folder, file) });
      return [];
    } catch (error) {
      return [`${file}: ${error.code} ${error.message}`];
    }
  });
  process.stdout.write(`${folder}: ${files.length - refused.length} of ${files.length}\n`);
  for (const line of refused) process.stdout.write(`  ${line}\n`);
}
