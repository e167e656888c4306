import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DeepThingsClient } from '../../../client/client.js';
import { DeepThingsError } from '../../errors.js';
import { samplePhotoPath } from '../../imaging/sample-photos.js';
import { frameSummary, resultTable } from '../terminal/frame-report.js';
import { paint, printLine } from '../terminal/terminal.js';

const WAIT_SECONDS = 60;

/**
 * Submits the sample photograph and prints what was found in it.
 *
 * @returns the frame's id.
 */
export async function runDemo(gateway: DeepThingsClient): Promise<string> {
  const path = samplePhotoPath('sample2.jpg');
  const answer = await gateway.call('submitFrame', {
    query: { wait: WAIT_SECONDS },
    body: { mediaType: 'image/jpeg', bytes: readFileSync(path) },
    timeoutMs: (WAIT_SECONDS + 5) * 1000,
  });
  const frame = answer.json!;
  if (frame.state !== 'complete') {
    throw new DeepThingsError('DT_DEMO', `the sample photograph is still ${frame.state} after ${WAIT_SECONDS} s`);
  }
  printLine(paint(process.stdout, 'bold', frameSummary(basename(path), frame)));
  const table = resultTable(frame);
  if (table !== '') printLine(`\n${table}`);
  printLine();
  return frame.id;
}
