import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diskArchive, newFolder } from './archives.js';

it('a store that a gateway in another process has is refused, until that process is gone', async () => {
  const { folder, remove } = await newFolder();
  const archive = diskArchive(folder);
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    await once(other, 'spawn');
    await mkdir(folder);
    const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const owner = { pid: other.pid, born: `${boot}/${stat[19]}`, token: 'x' };
    writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
    await expect(archive.open(0)).rejects.toMatchObject({ code: 'DT_STORE_IN_USE' });
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  try {
    expect(await archive.open(0), 'once it is gone').toMatchObject({ afterCrash: true });
  } finally {
    await archive.close();
    await remove();
  }
});
