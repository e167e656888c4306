import { basename, relative } from 'node:path';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { CLIENT_ID, type TlsConfig, tlsFilesOf } from '../../config/tls-config.js';
import { samplePhotoPath } from '../../imaging/sample-photos.js';
import { VERSION } from '../../node/version.js';
import { describeExit, type ProcessExit } from '../../supervision/node-process.js';
import { formatDuration } from '../terminal/quantities.js';
import { errorMark } from '../terminal/report-error.js';
import { paint, plainText, printLine, printNote } from '../terminal/terminal.js';
import { textTable } from '../terminal/text-table.js';
import { describeWork } from './cluster-work.js';
import type { NodeSpec } from './embedded-cluster.js';
import type { LogLine, Severity } from './log-line.js';

const STYLES: Readonly<Record<Severity, Parameters<typeof paint>[1]>> = {
  debug: 'dim',
  info: 'dim',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
};

/** A node's log line, after the node's name. */
export function printLogLine(id: string, { severity, text }: LogLine): void {
  const { stderr } = process;
  printNote(`${paint(stderr, 'cyan', id.padEnd(8))} ${paint(stderr, STYLES[severity], severity.padEnd(5))} ${text}`);
}

export function printStarting({ name, file, devices }: ClusterConfig): void {
  const title = paint(process.stdout, 'bold', `DeepThings ${VERSION}`);
  const nodes =
    devices.length === 0 ? 'the gateway alone' : `the gateway and ${devices.map(({ id }) => id).join(', ')}`;
  printLine(`${title}  cluster ${name} of ${file}: ${nodes}`);
}

/** What runs where. */
export function printNodes(specs: readonly NodeSpec[], pid: (id: string) => number | undefined): void {
  const rows = specs.map(({ id, address, logPath }) => [
    id,
    address,
    String(pid(id) ?? ''),
    logPath === null ? 'none' : shownPath(logPath),
  ]);
  const columns = [{ title: 'node' }, { title: 'address' }, { title: 'process', align: 'right' as const }];
  printLine(`\n${textTable([...columns, { title: 'log' }], rows)}\n`);
}

export function printReady(config: ClusterConfig, ms: number): void {
  const { model } = config;
  const name = model.name ?? basename(model.onnx ?? model.cfg ?? '');
  printLine(`Ready in ${formatDuration(ms)}: ${plainText(name)}, ${describeWork(config)}.\n`);
}

export interface RunningFacts {
  /** Whether the nodes want a token. */
  readonly hasToken: boolean;
  /** Of the demonstration; null without one. */
  readonly frame: string | null;
}

/** Where to go from here. */
export function printAddresses({ gateway, store, tls }: ClusterConfig, { hasToken, frame }: RunningFacts): void {
  const header = hasToken ? '-H "Authorization: Bearer $DEEPTHINGS_TOKEN" ' : '';
  const title = (text: string) => paint(process.stdout, 'bold', text.padEnd(11));
  const link = (path: string) => paint(process.stdout, 'cyan', `${gateway.address}${path}`);
  printLine(`${title('Dashboard')}${link('/')}`);
  if (frame !== null) printLine(`${title('Picture')}${link(`/#/frames/${frame}`)}`);
  printLine(`${title('API docs')}${link('/docs')}`);
  const sample = shownPath(samplePhotoPath('sample6.jpg'));
  printLine(
    `${title('Try')}curl ${header}${tls === null ? '' : curlOptions(tls)}-F ${quoted(`image=@${sample}`)} '${gateway.address}/frames?wait=30'`,
  );
  const place = store.path === null ? 'memory, until the cluster ends' : shownPath(store.path);
  printLine(`${title('Frames')}are kept in ${place}`);
  printLine('\nCtrl-C ends the cluster.');
}

/** A word of a command line, in quotes where a shell would take it apart. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What curl needs to speak to a cluster with TLS, each with a blank behind it. */
function curlOptions(tls: TlsConfig): string {
  const { ca, certificate, key } = tlsFilesOf(tls, CLIENT_ID);
  const trust = ca === null ? '' : `--cacert ${shownPath(ca)} `;
  return tls.mutual ? `${trust}--cert ${shownPath(certificate)} --key ${shownPath(key)} ` : trust;
}

/** Why a node did not start: what it said last. */
export function printFailure({ id, logPath }: NodeSpec, exit: ProcessExit, last: readonly LogLine[]): void {
  printNote(`${errorMark()} ${id} ended while it started (${describeExit(exit)})${last.length === 0 ? '' : ':'}`);
  for (const { text } of last) printNote(`  ${text}`);
  if (logPath !== null) printNote(`its whole log: ${shownPath(logPath)}`);
}

/** As one would type it: from here, where that is shorter. */
function shownPath(path: string): string {
  const fromHere = relative('', path);
  return plainText(fromHere.length < path.length ? fromHere : path);
}
