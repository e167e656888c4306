import { REORG_ORDER, reorgBlocks } from './darknet-rules.js';
import { addFloats, addIntegers, addNode, addNumber, mapName, type Place } from './graph-draft.js';
import type { CropLayer, ReorgLayer, RouteLayer, UpsampleLayer } from './layers.js';

/** Takes a part of each source's channels where the layer says so, and joins them. */
export function addRoute(place: Place, { group }: RouteLayer, sources: readonly string[]): void {
  const { index, parts } = place;
  const output = mapName(index + 1);
  const isSole = sources.length === 1;
  const join = { operator: 'Concat', attributes: { axis: { integer: 1 } } };
  if (group === undefined) {
    addNode(place, 'route', isSole ? { operator: 'Identity' } : join, sources, output);
    return;
  }
  const taken = sources.map((source, i) => {
    const { shape } = parts.values.get(source)!;
    const channels = shape[1]! / group.count;
    const startEndAxis = [group.index * channels, (group.index + 1) * channels, 1];
    const range = startEndAxis.map((number) => addIntegers(place, `channels ${number}`, [number]));
    const [part, what] = isSole ? [output, 'route'] : [`${output} part ${i}`, `route part ${i}`];
    const type = 'float32';
    addNode(place, what, { operator: 'Slice' }, [source, ...range], part, { type, shape: shape.with(1, channels) });
    return part;
  });
  if (!isSole) addNode(place, 'route', join, taken, output);
}

/** Repeats the cells. */
export function addUpsample(place: Place, { scale, stride }: UpsampleLayer): void {
  const { index } = place;
  const scales = addFloats(place, 'scales', [1, 1, stride, stride]);
  const attributes = {
    mode: { text: 'nearest' },
    coordinate_transformation_mode: { text: 'asymmetric' },
    nearest_mode: { text: 'floor' },
  };
  const [last, enlarged] = [mapName(index + 1), `${mapName(index + 1)} before scale`];
  const isScaled = scale !== 1;
  addNode(
    place,
    'upsample',
    { operator: 'Resize', attributes },
    [mapName(index), '', scales],
    isScaled ? enlarged : last,
  );
  if (isScaled) addNode(place, 'upsample scale', { operator: 'Mul' }, [enlarged, addNumber(place, scale)], last);
}

/** Takes the middle of the map. */
export function addCrop(place: Place, { height, input, isAdjusted, width }: CropLayer): void {
  const { index } = place;
  const [top, left] = [Math.floor((input.height - height) / 2), Math.floor((input.width - width) / 2)];
  const starts = addIntegers(place, 'starts', [top, left]);
  const ends = addIntegers(place, 'ends', [top + height, left + width]);
  const axes = addIntegers(place, 'axes', [2, 3]);
  const output = mapName(index + 1);
  const [middle, doubled] = isAdjusted ? [`${output} middle`, `${output} doubled`] : [output, ''];
  addNode(place, 'crop', { operator: 'Slice' }, [mapName(index), starts, ends, axes], middle);
  if (!isAdjusted) return;
  addNode(place, 'crop doubled', { operator: 'Mul' }, [middle, addNumber(place, 2)], doubled);
  addNode(place, 'crop adjusted', { operator: 'Sub' }, [doubled, addNumber(place, 1)], output);
}

/** Darknet's reorg; see `REORG_ORDER`. */
export function addReorg(place: Place, layer: ReorgLayer): void {
  const { index } = place;
  const { output } = layer;
  const before = reorgBlocks(layer);
  const after = [1, output.channels, output.height, output.width];
  const [shapeBefore, shapeAfter] = [addIntegers(place, 'blocks', before), addIntegers(place, 'shape', after)];
  const [blocks, planes] = [`map ${index} in blocks`, `map ${index} by planes`];
  const type = 'float32';
  const order = { operator: 'Transpose', attributes: { perm: { integers: REORG_ORDER } } };
  const ordered = REORG_ORDER.map((axis) => before[axis]!);
  addNode(place, 'reorg blocks', { operator: 'Reshape' }, [mapName(index), shapeBefore], blocks, {
    type,
    shape: before,
  });
  addNode(place, 'reorg order', order, [blocks], planes, { type, shape: ordered });
  addNode(place, 'reorg', { operator: 'Reshape' }, [planes, shapeAfter], mapName(index + 1));
}
