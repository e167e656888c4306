import { DeviceMark } from '../../components/device-mark.js';
import { ScrolledTable } from '../../components/scrolled-table.js';
import type { FrameTrace, TileTrace } from '../../contract-types.js';
import { byteSize, capitalised, macs, milliseconds } from '../../format.js';
import { partNameOf } from '../../state/frame-parts.js';
import { livesOfTrace, victimOf } from '../../state/tile-life.js';

/** The numbers of each part. */
export function TileTable({ trace }: { trace: FrameTrace }) {
  const lives = livesOfTrace(trace);
  const name = capitalised(partNameOf(trace.strategy));
  return (
    <ScrolledTable name={`${name}s`} look="tile-table">
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col">Device</th>
          <th scope="col">Stolen from</th>
          {['Attempt', 'Transfer', 'Waiting', 'Overlap', 'Compute', 'Accepted', 'Task', 'Strips', 'Result', 'Work'].map(
            (name) => (
              <th scope="col" class="number" key={name}>
                {name}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {trace.tiles.map((tile) => (
          <TileRow key={tile.tile} tile={tile} victim={lives[tile.tile] && victimOf(lives[tile.tile]!)} />
        ))}
      </tbody>
    </ScrolledTable>
  );
}

function TileRow({ tile: traced, victim }: { tile: TileTrace; victim: string | null | undefined }) {
  const { tile, device, attempt, transferMs, waitMs, overlapMs, computeMs, acceptedAtMs } = traced;
  return (
    <tr>
      <th scope="row">{tile}</th>
      <td>{device === null ? '–' : <DeviceMark device={device} />}</td>
      <td>{victim ? <DeviceMark device={victim} /> : '–'}</td>
      <td class="number">{attempt}</td>
      {[transferMs, waitMs, overlapMs, computeMs, acceptedAtMs].map((ms, index) => (
        <td class="number" key={index}>
          {ms === null ? '–' : milliseconds(ms)}
        </td>
      ))}
      {[traced.inputBytes, traced.overlapBytes, traced.resultBytes].map((bytes, index) => (
        <td class="number" key={index}>
          {byteSize(bytes)}
        </td>
      ))}
      <td class="number">{traced.macs === null ? '–' : macs(traced.macs)}</td>
    </tr>
  );
}
