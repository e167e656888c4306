import type { ClassScore } from '../contract-types.js';
import { score } from '../format.js';

/** What a classifier takes the picture for, surest first. */
export function ClassList({ classes }: { readonly classes: readonly ClassScore[] }) {
  return (
    <div class="detections">
      <h3>Best classes</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col" class="number">
              Score
            </th>
          </tr>
        </thead>
        <tbody>
          {classes.map(({ label, classIndex, score: value }) => (
            <tr key={classIndex}>
              <th scope="row">{label}</th>
              <td class="number">{score(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
