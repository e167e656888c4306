import { ScrolledTable } from '../../components/scrolled-table.js';
import { byteSize, macs, withUnit } from '../../format.js';
import type { GangSketch } from './gang-sketch.js';

/** The stages of a gang: their layers, work and strips. */
export function GangTable({ sketch: { member, stages } }: { sketch: GangSketch }) {
  return (
    <ScrolledTable name="Stages" look="layer-table gang-table">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">Layers</th>
          <th scope="col" class="number">
            Work, all
          </th>
          <th scope="col" class="number">
            Member {member}
          </th>
          <th scope="col">Strips of</th>
          <th scope="col" class="number">
            Bodies
          </th>
          <th scope="col" class="number">
            Bytes, F32
          </th>
        </tr>
      </thead>
      <tbody>
        {stages.map(({ bodies, count, layers: [first, last], macs: all, memberMacs, sends, stripBytes }, stage) => (
          <tr key={stage}>
            <th scope="row">{stage}</th>
            <td>
              {first === last ? first : `${first} to ${last}`} <span class="note">{count}</span>
            </td>
            <td class="number">{macs(all)}</td>
            <td class="number">
              {all === 0 ? '–' : `${macs(memberMacs)} (${withUnit(Math.round((100 * memberMacs) / all), '%')})`}
            </td>
            <td>{sends.length === 0 ? '–' : sends.join(', ')}</td>
            <td class="number">{bodies === 0 ? '–' : bodies}</td>
            <td class="number">{stripBytes === 0 ? '–' : byteSize(stripBytes)}</td>
          </tr>
        ))}
      </tbody>
    </ScrolledTable>
  );
}
