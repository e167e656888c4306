import type { Detection } from '../contract-types.js';
import { score, withUnit } from '../format.js';

/** More are in the API's answer. */
const LISTED = 50;

/** What was found, surest first. */
export function DetectionList({ detections }: { detections: readonly Detection[] }) {
  if (detections.length === 0) return <p class="muted">Nothing was found in this picture.</p>;
  const listed = detections.toSorted((one, other) => other.score - one.score).slice(0, LISTED);
  return (
    <div class="detections">
      <h3>
        {detections.length} {detections.length === 1 ? 'detection' : 'detections'}
      </h3>
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
              At (left, top)
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map((detection, index) => (
            <DetectionRow key={index} detection={detection} />
          ))}
        </tbody>
      </table>
      {detections.length > LISTED && <p class="muted">… and {detections.length - LISTED} more.</p>}
    </div>
  );
}

function DetectionRow({ detection: { label, score: value, pixels } }: { detection: Detection }) {
  const [x, y, width, height] = [pixels.x, pixels.y, pixels.width, pixels.height].map(Math.round);
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class="number">{score(value)}</td>
      <td class="number">{withUnit(`${width}\u202f×\u202f${height}`, 'px')}</td>
      <td class="number">{withUnit(`${x}, ${y}`, 'px')}</td>
    </tr>
  );
}
