import type { Advice, ClusterSize, Gain, Part } from '../../planner/advice.js';
import { formatDuration } from '../terminal/quantities.js';
import { type Column, right, textTable } from '../terminal/text-table.js';

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const PARTS: Readonly<Record<Part, { readonly name: string; readonly bounds: string }>> = {
  links: { name: 'links', bounds: 'The links bound' },
  devices: { name: "devices' processors", bounds: "The devices' processors bound" },
  gateway: { name: "gateway's processor", bounds: "The gateway's processor bounds" },
};
/** A part that gives less than this when it is twice as fast bounds nothing. */
const BOUNDS = 1.05;
/** A cluster that is faster than one device by less than this is as fast. */
const FASTER = 1.05;

/** Returns sentences that say what the cluster gives, what bounds it, and what fewer devices give. */
export function adviceSentences(advice: Advice): readonly string[] {
  return [
    ...oneFrame(advice),
    ...underLoad(advice),
    ...(advice.cutShort ? ['Time was up before all sizes of the cluster were simulated (--seconds).'] : []),
  ];
}

function oneFrame({ gains, sizes }: Advice): readonly string[] {
  const [one, all] = [sizes[0]!, sizes.at(-1)!];
  const bound = boundBy(gains, 'one frame', (times) => `it is ${times} times as fast`);
  if (one === all) return [`One device takes ${formatDuration(one.latencyMs)} for a frame.`, ...bound];
  const factor = one.latencyMs / all.latencyMs;
  const times = `${formatDuration(all.latencyMs)} in place of ${formatDuration(one.latencyMs)}`;
  const whole =
    factor < FASTER
      ? `${sentence(all)} are no faster than one for one frame at a time (${times}).`
      : `${sentence(all)} are ${factor.toFixed(1)} times as fast as one: a frame takes ${times}.`;
  return [whole, ...bound, ...fewer(sizes, ({ latencyMs }) => one.latencyMs / latencyMs)];
}

/** The middle one of the smaller clusters, as it says most about all of them. */
function fewer(sizes: readonly ClusterSize[], factorOf: (size: ClusterSize) => number): readonly string[] {
  const { devices } = sizes.at(-1)!;
  const half = sizes.find((size) => size.devices === Math.ceil(devices / 2));
  if (half === undefined || half.devices < 2) return [];
  return [`${sentence(half)} give ${factorOf(half).toFixed(1)} times.`];
}

function underLoad({ cameras, loadGains, sizes }: Advice): readonly string[] {
  const [one, all] = [sizes[0]!.load, sizes.at(-1)!.load];
  if (one === null || all === null) return [];
  const how =
    all.devicesPerFrame === 1
      ? 'each frame is computed whole, by one device'
      : `each frame is computed by ${word(all.devicesPerFrame)} devices together`;
  const factor =
    sizes.length === 1
      ? ''
      : `: ${(all.framesPerSecond / one.framesPerSecond).toFixed(1)} times one device's frames a second`;
  const rate = `${all.framesPerSecond.toFixed(2)} frames a second`;
  const subject = cameras === 1 ? 'one camera' : `${word(cameras)} cameras`;
  return [
    `For ${subject} ${how}${factor} (${rate}).`,
    ...boundBy(loadGains, 'frames a second', (times) => `they are ${times} times as many`),
  ];
}

function boundBy(gains: readonly Gain[], what: string, result: (times: string) => string): readonly string[] {
  const [first, ...others] = gains;
  if (first === undefined) return [];
  if (first.factor < BOUNDS) {
    const parts = gains.map(({ part }) => PARTS[part].name).join(', ');
    return [`No part alone bounds ${what}: twice the speed of one gives less than ${BOUNDS} times (${parts}).`];
  }
  const rest = others.map(({ factor, part }) => `${PARTS[part].name}: ${factor.toFixed(2)} times`).join('; ');
  return [`${PARTS[first.part].bounds} ${what} most: at twice the speed ${result(first.factor.toFixed(2))} (${rest}).`];
}

/** A table with a row for each size of the cluster. */
export function sizeTable({ cameras, sizes }: Advice): string {
  const one = sizes[0]!;
  const rows = sizes.map(({ devices, latencyMs, load }) => [
    String(devices),
    formatDuration(latencyMs),
    (one.latencyMs / latencyMs).toFixed(2),
    ...(load === null
      ? ['', '', '']
      : [
          load.framesPerSecond.toFixed(2),
          one.load === null ? '' : (load.framesPerSecond / one.load.framesPerSecond).toFixed(2),
          String(load.devicesPerFrame),
        ]),
  ]);
  const columns: readonly Column[] = [
    right('devices'),
    right('one frame'),
    right('times as fast'),
    right(`frames/s of ${cameras === 1 ? 'one camera' : `${cameras} cameras`}`),
    right('times as many'),
    right('devices a frame'),
  ];
  return textTable(columns, rows);
}

function sentence({ devices }: ClusterSize): string {
  const text = `${word(devices)} ${devices === 1 ? 'device' : 'devices'}`;
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

function word(count: number): string {
  return WORDS[count] ?? String(count);
}
