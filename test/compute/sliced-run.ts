import type { LayerJob, LayerPiece } from '../../server/compute/messages.js';
import { type BodpPlan, borderRows, publishedRows, sliceStep } from '../../server/geometry/modnn/bodp-plan.js';
import { containsRegion, isEmptyRegion, wholeMap } from '../../server/geometry/region.js';
import { cropRegion, placeRegion, valuesOf } from '../../server/tensor/planes.js';

type Values = LayerPiece & { readonly data: Float32Array };

/**
 * A frame by MoDNN, its devices one after another: each has the rows that it computed and gets the border rows that
 * others published.
 *
 * @param picture letterboxed, `[3, height, width]`.
 * @param runLayer may empty the arrays it is given.
 * @returns the deepest map, `[channels, height, width]`, put together of all slices.
 */
export async function runSliced(
  plan: BodpPlan,
  picture: Uint8Array,
  runLayer: (job: LayerJob) => Promise<{ readonly data: Float32Array }>,
): Promise<Float32Array> {
  const resident = new Map<number, Values>();
  let published: readonly (readonly Values[])[] = [];
  for (let layer = 0; layer < plan.depth; layer++) {
    const sent: Values[][] = [];
    for (let slice = 0; slice < plan.slices; slice++) {
      const { input, padding, output } = sliceStep(plan, layer, slice);
      const { channels } = plan.maps[layer + 1]!;
      if (!isEmptyRegion(output)) {
        const pieces =
          layer === 0
            ? [{ region: input, data: cropRegion(picture, 3, wholeMap(plan.maps[0]!), input) }]
            : [...borderPieces(plan, layer, slice, published), ...(resident.has(slice) ? [resident.get(slice)!] : [])];
        const { data } = await runLayer({ layer, input, padding, pieces });
        resident.set(slice, { region: output, data });
      }
      sent.push(
        publishedRows(plan, layer + 1, slice).map((region) => ({
          region,
          data: cropRegion(resident.get(slice)!.data, channels, output, region),
        })),
      );
    }
    published = sent;
  }
  const output = plan.maps[plan.depth]!;
  const merged = new Float32Array(valuesOf(output)).fill(Number.NaN);
  for (const { region, data } of published.flat()) placeRegion(merged, output.channels, wholeMap(output), data, region);
  return merged;
}

function borderPieces(
  plan: BodpPlan,
  layer: number,
  slice: number,
  published: readonly (readonly Values[])[],
): LayerPiece[] {
  const { channels } = plan.maps[layer]!;
  return borderRows(plan, layer, slice).map(({ owner, region }) => {
    const sent = published[owner]!.find((rows) => containsRegion(rows.region, region))!;
    return { region, data: cropRegion(sent.data, channels, sent.region, region) };
  });
}
