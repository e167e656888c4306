import { shortNames } from '../../short-names.js';
import { GATEWAY, type Link, type LinkKind } from '../../state/traffic.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface TopologyLayout {
  readonly width: number;
  readonly height: number;
  readonly nodeRadius: number;
  /** By device, as much of its name as fits beside its neighbours'; no two are the same text. */
  readonly names: ReadonlyMap<string, string>;
  /** Room for text beside nodes and on links. */
  readonly isWide: boolean;
  readonly gateway: Point;
  readonly devices: ReadonlyMap<string, Point>;
}

/** Below this width for each device, links have no labels and nodes say no more than who they are. */
const WIDE_PX = 92;
/** An arc between devices that stand this many places apart hangs this much lower. */
const ARC_STEP_PX = 34;
const LOWEST_ARC_PX = 150;
const CHARACTER_PX = 9;
const BETWEEN_NAMES_PX = 4;

/**
 * The gateway above, the devices in a row below it: what goes to and from the gateway runs between them, what goes from
 * device to device hangs below the row, the lower the farther apart they are. So no line crosses a node.
 *
 *            gateway
 *         /     |     \
 *       (A)    (B)    (C)
 *        \__/   \__/   |
 *         \___________/
 */
export function layOutTopology(devices: readonly string[], width: number): TopologyLayout {
  const pitch = width / Math.max(1, devices.length);
  const isWide = pitch >= WIDE_PX;
  const nodeRadius = Math.max(9, Math.min(22, pitch / 2 - 6));
  const row = isWide ? 172 : 140;
  const below = Math.min(LOWEST_ARC_PX, 26 + ARC_STEP_PX * Math.max(0, devices.length - 1));
  return {
    width,
    height: row + nodeRadius + textBelow(isWide) + (devices.length > 1 ? below : 0),
    nodeRadius,
    names: shortNames(devices, Math.max(2, Math.floor((pitch - BETWEEN_NAMES_PX) / CHARACTER_PX))),
    isWide,
    gateway: { x: width / 2, y: 26 },
    devices: new Map(devices.map((device, index) => [device, { x: pitch * (index + 0.5), y: row }])),
  };
}

/** Room for a node's name, and where it is wide for what it does. */
function textBelow(isWide: boolean): number {
  return isWide ? 44 : 26;
}

/** Links of one pair run side by side. */
const BESIDE_PX: Readonly<Record<LinkKind, number>> = { picture: -7, task: 7, overlap: 14, result: 0 };
const DEEPER_PX: Readonly<Record<LinkKind, number>> = { picture: 0, task: 0, overlap: -9, result: 0 };

export interface LinkPath {
  /** For an SVG path. */
  readonly d: string;
  /** Where a label stands that is about all links of this pair. */
  readonly label: Point;
}

/** @returns null when one of its ends is not drawn. */
export function linkPath(
  layout: TopologyLayout,
  { kind, from, to }: Pick<Link, 'kind' | 'from' | 'to'>,
): LinkPath | null {
  if (from === GATEWAY || to === GATEWAY)
    return gatewayLine(layout, kind, from === GATEWAY ? to : from, to === GATEWAY);
  const start = layout.devices.get(from);
  const end = layout.devices.get(to);
  return start === undefined || end === undefined ? null : deviceArc(layout, kind, start, end);
}

function gatewayLine(layout: TopologyLayout, kind: LinkKind, device: string, isUp: boolean): LinkPath | null {
  const place = layout.devices.get(device);
  if (place === undefined) return null;
  const { gateway, nodeRadius } = layout;
  const beside = BESIDE_PX[kind] * Math.min(1, nodeRadius / 18);
  // Lines to many devices leave the gateway apart from each other.
  const top = { x: gateway.x + (place.x - gateway.x) * 0.16 + beside, y: gateway.y + 20 };
  const bottom = { x: place.x + beside, y: place.y - nodeRadius - 5 };
  const [start, end] = isUp ? [bottom, top] : [top, bottom];
  return { d: `M${text(start)} L${text(end)}`, label: between(top, bottom, 0.72) };
}

function deviceArc(layout: TopologyLayout, kind: LinkKind, start: Point, end: Point): LinkPath {
  const pitch = layout.width / layout.devices.size;
  const apart = Math.round(Math.abs(end.x - start.x) / pitch);
  const most = Math.max(1, layout.devices.size - 1);
  const room = layout.height - start.y - layout.nodeRadius - textBelow(layout.isWide) - 22;
  const depth = (room * apart) / most + DEEPER_PX[kind];
  const edge = start.y + layout.nodeRadius + textBelow(layout.isWide) - 4;
  // To the right and to the left: two lines, not one.
  const inward = Math.sign(end.x - start.x) * Math.min(12, pitch / 5);
  const shift = start.x < end.x ? 0 : 4;
  const [x0, x1, low] = [start.x + inward, end.x - inward, edge + depth + shift];
  // A cubic's lowest point lies three quarters of the way to its control points.
  const control = edge + ((low - edge) * 4) / 3;
  const d = `M${x0.toFixed(1)} ${edge} C${x0.toFixed(1)} ${control.toFixed(1)} ${x1.toFixed(1)} ${control.toFixed(1)} ${x1.toFixed(1)} ${edge}`;
  return { d, label: { x: (x0 + x1) / 2, y: edge + (room * apart) / most + 13 } };
}

function between(from: Point, to: Point, fraction: number): Point {
  return { x: from.x + (to.x - from.x) * fraction, y: from.y + (to.y - from.y) * fraction };
}

function text({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
