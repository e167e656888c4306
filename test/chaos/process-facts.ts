import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the system says that a process holds. */
export interface ProcessFacts {
  /** Open files, pipes and the like; no sockets. */
  readonly files: number;
  /** TCP sockets by state. */
  readonly sockets: Readonly<Record<string, number>>;
}

const TCP_STATES: Readonly<Record<string, string>> = {
  '01': 'established',
  '04': 'fin-wait-1',
  '05': 'fin-wait-2',
  '08': 'close-wait',
  '09': 'last-ack',
  '0A': 'listen',
};

/** @returns null when there is no such process. */
export function processFacts(pid: number): ProcessFacts | null {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
    const inodes = new Set(
      links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]).filter((inode) => inode !== undefined),
    );
    const files = links.filter((link) => link !== '' && !link.startsWith('socket:')).length;
    const sockets: Record<string, number> = {};
    for (const { inode, state } of [...tcpSockets(pid, 'tcp'), ...tcpSockets(pid, 'tcp6')]) {
      if (inodes.has(inode)) sockets[state] = (sockets[state] ?? 0) + 1;
    }
    return { files, sockets };
  } catch {
    return null;
  }
}

/** Processes whose parent this is. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | null {
  try {
    // The name, in brackets, may itself have spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** Empty when it was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function tcpSockets(pid: number, file: string): { inode: string; state: string }[] {
  const lines = readFileSync(`/proc/${pid}/net/${file}`, 'latin1').trim().split('\n').slice(1);
  return lines.map((line) => {
    const fields = line.trim().split(/\s+/);
    return { inode: fields[9]!, state: TCP_STATES[fields[3]!] ?? fields[3]! };
  });
}
