// Which of the cfgs in folders can be read, and why the others cannot. Of a Darknet's clone, for instance.
// Usage: node bench/darknet-cfgs.mjs folder...
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { source } from './sources.mjs';

const { parseDarknetCfg } = await source('server/formats/darknet/cfg/darknet-cfg.ts');

for (const folder of process.argv.slice(2)) {
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.cfg'))
    .sort();
  const refused = files.flatMap((file) => {
    try {
      parseDarknetCfg(readFileSync(join(folder, file), 'latin1'), { name: file });
      return [];
    } catch (error) {
      return [`${file}: ${error.code} ${error.message}`];
    }
  });
  process.stdout.write(`${folder}: ${files.length - refused.length} of ${files.length}\n`);
  for (const line of refused) process.stdout.write(`  ${line}\n`);
}
