import type { Detection } from '../contract-types.js';
import { plural, score, withUnit } from '../format.js';

/** More are in the API's answer. */
const LISTED = 50;

interface DetectionListProps {
  /** Those above the threshold. */
  readonly detections: readonly Detection[];
  readonly total: number;
  /** The pointer is over one, or no more. */
  readonly onHighlight: (detection: Detection | null) => void;
}

/** What was found, surest first. */
export function DetectionList({ detections, total, onHighlight }: DetectionListProps) {
  if (total === 0) return <p class="muted">Nothing was found in this picture.</p>;
  if (detections.length === 0) return <p class="muted">Nothing above the minimum score.</p>;
  const listed = detections.toSorted((one, other) => other.score - one.score).slice(0, LISTED);
  return (
    <div class="detections">
      <h3>{plural(detections.length, 'detection')}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col" class="number">
              Score
            </th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col" class="number">
              Left, top
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map((detection, index) => (
            <tr key={index} onMouseEnter={() => onHighlight(detection)} onMouseLeave={() => onHighlight(null)}>
              <th scope="row">{detection.label}</th>
              <td class="number">{score(detection.score)}</td>
              <td class="number">{pixels(detection.pixels.width, detection.pixels.height, '\u202f×\u202f')}</td>
              <td class="number">{pixels(detection.pixels.x, detection.pixels.y, ', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {detections.length > LISTED && <p class="muted">… and {detections.length - LISTED} more.</p>}
    </div>
  );
}

function pixels(one: number, other: number, between: string): string {
  return withUnit(`${Math.round(one)}${between}${Math.round(other)}`, 'px');
}
