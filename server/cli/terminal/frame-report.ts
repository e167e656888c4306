import type { Schemas } from '../../../client/client.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { formatCount, formatDuration } from './quantities.js';
import { plainText } from './terminal.js';
import { type Column, right, textTable } from './text-table.js';

type Frame = Schemas['Frame'];

const CLASS_COLUMNS: readonly Column[] = [{ title: 'label', style: 'green' }, right('score')];
const COLUMNS: readonly Column[] = [...CLASS_COLUMNS, ...['x', 'y', 'width', 'height'].map(right)];

/** What was found in a picture, best first, boxes in pixels; or its best classes. Empty when nothing was. */
export function resultTable({ classification, detections }: Frame): string {
  if (classification !== null) {
    return textTable(
      CLASS_COLUMNS,
      classification.map(({ label, score }) => [label, score.toFixed(3)]),
    );
  }
  if (detections === null || detections.length === 0) return '';
  const rows = [...detections]
    .sort((a, b) => b.score - a.score)
    .map(({ label, score, pixels: { x, y, width, height } }) => [
      label,
      score.toFixed(2),
      ...[x, y, width, height].map((pixels) => String(Math.round(pixels))),
    ]);
  return textTable(COLUMNS, rows);
}

/** `photo.jpg (960x685): 3 found in 0.21 s; 9 tiles, run by e0 4, e1 3, e2 2`. */
export function frameSummary(name: string, frame: Frame): string {
  const { picture, strategy, tiles, timing } = frame;
  const found = foundText(frame);
  const time = timing.totalMs === null ? '' : ` in ${formatDuration(timing.totalMs)}`;
  const shares = Object.entries(tiles.byDevice).map(([device, count]) => `${device} ${count}`);
  const work = `${formatCount(tiles.total, strategyNamed(strategy).gang === null ? 'tile' : 'block')}, run by ${shares.join(', ')}`;
  const why = frame.choice === undefined ? '' : `; ${frame.choice.reason}`;
  return `${plainText(name)} (${picture.width}x${picture.height}): ${found}${time}; ${work}${why}`;
}

/** All of it on one line: `person 0.91, person 0.62, dog 0.81`; of classes with three digits. */
export function foundLine({ classification, detections }: Frame): string {
  const results = classification ?? detections ?? [];
  if (results.length === 0) return 'nothing found';
  const digits = classification === null ? 2 : 3;
  return results.map(({ label, score }) => `${plainText(label)} ${score.toFixed(digits)}`).join(', ');
}

function foundText({ classification, detections }: Frame): string {
  const [best] = classification ?? [];
  if (best !== undefined) return `${best.label} ${best.score.toFixed(2)}`;
  return detections?.length ? `${detections.length} found` : 'nothing found';
}
