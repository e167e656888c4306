import { useRef } from 'preact/hooks';
import { useDeviceLook } from '../../components/devices-context.js';
import { useNow } from '../../components/use-now.js';
import { useWidth } from '../../components/use-width.js';
import type { DeviceState } from '../../contract-types.js';
import { byteRate, plural } from '../../format.js';
import type { DashboardState } from '../../state/dashboard-state.js';
import { isAmiss } from '../../state/problems.js';
import { doing, isUp, openFrames } from '../../state/select.js';
import { GATEWAY, isLit, type Link, type LinkKind, rateAt, type Traffic } from '../../state/traffic.js';
import { layOutTopology, linkPath, type TopologyLayout } from './topology-layout.js';

const KINDS: readonly { readonly kind: LinkKind; readonly text: string }[] = [
  { kind: 'picture', text: 'picture to its source' },
  { kind: 'task', text: 'tile taken or given' },
  { kind: 'overlap', text: 'overlap reused' },
  { kind: 'result', text: 'result to the gateway' },
];

/** Rates below this are not worth a label. */
const LEAST_RATE = 256;

/** Gateway and devices, what each does now, and what travels between them. */
export function Topology({ state }: { state: DashboardState }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 640);
  const now = useNow(500);
  const devices = state.devices.map(({ device }) => device);
  const layout = layOutTopology(devices, width);
  const open = openFrames(state).length;
  return (
    <div class="topology" ref={box}>
      <svg
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="img"
        aria-label={`Gateway and ${devices.length} devices; the table says what each is doing`}
      >
        <defs>
          {KINDS.map(({ kind }) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              class={`arrow ${kind}`}
              viewBox="0 0 8 8"
              refX="5"
              refY="4"
              markerWidth="5"
              markerHeight="5"
              orient="auto"
            >
              <path d="M0 0 L8 4 L0 8 Z" />
            </marker>
          ))}
        </defs>
        {devices.map((device) => (
          <path
            key={device}
            class="wire"
            d={linkPath(layout, { kind: 'result', from: device, to: GATEWAY })?.d ?? ''}
          />
        ))}
        {devices.flatMap((from, index) =>
          devices
            .slice(index + 1)
            .map((to) => (
              <path key={`${from} ${to}`} class="wire" d={linkPath(layout, { kind: 'task', from, to })?.d ?? ''} />
            )),
        )}
        <Links layout={layout} traffic={state.traffic} nowMs={now} />
        <g class="node gateway">
          <rect x={layout.gateway.x - 74} y={layout.gateway.y - 22} width="148" height="40" rx="8" />
          <text class="name" x={layout.gateway.x} y={layout.gateway.y - 5}>
            gateway
          </text>
          <text class="doing" x={layout.gateway.x} y={layout.gateway.y + 11}>
            {open === 0 ? 'no open frame' : plural(open, 'open frame')}
          </text>
        </g>
        {state.devices.map((device) => (
          <DeviceNode
            key={device.device}
            device={device.device}
            presence={presenceOf(device)}
            text={doing(device, state, now)}
            layout={layout}
          />
        ))}
        {layout.isWide && <Rates layout={layout} traffic={state.traffic} nowMs={now} />}
      </svg>
      <ul class="topology-legend">
        {KINDS.map(({ kind, text }) => (
          <li key={kind}>
            <svg width="34" height="10" aria-hidden="true">
              <path class={`flow ${kind} lit`} d="M2 5 H26" marker-end={`url(#arrow-${kind})`} />
            </svg>
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Links({ layout, traffic, nowMs }: { layout: TopologyLayout; traffic: Traffic; nowMs: number }) {
  return (
    <g class="links">
      {Object.entries(traffic).map(([key, link]) => (
        <FlowLine key={key} layout={layout} link={link} nowMs={nowMs} />
      ))}
    </g>
  );
}

function FlowLine({ layout, link, nowMs }: { layout: TopologyLayout; link: Link; nowMs: number }) {
  const path = linkPath(layout, link);
  const lit = isLit(link, nowMs);
  if (path === null || (!lit && rateAt(link, nowMs) < LEAST_RATE)) return null;
  return (
    <path
      class={`flow ${link.kind} ${lit ? 'lit' : ''}`}
      d={path.d}
      marker-end={`url(#arrow-${link.kind})`}
      data-from={link.from === GATEWAY ? 'gateway' : link.from}
      data-to={link.to === GATEWAY ? 'gateway' : link.to}
    />
  );
}

/** What passes between each two nodes, both ways and of every kind. */
function Rates({ layout, traffic, nowMs }: { layout: TopologyLayout; traffic: Traffic; nowMs: number }) {
  const pairs = new Map<string, { readonly link: Link; readonly rate: number }>();
  for (const link of Object.values(traffic)) {
    const pair = [link.from, link.to].sort().join(' ');
    pairs.set(pair, { link, rate: (pairs.get(pair)?.rate ?? 0) + rateAt(link, nowMs) });
  }
  return (
    <g>
      {[...pairs].map(([pair, { link, rate }]) => {
        const path = linkPath(layout, link);
        return path === null || rate < LEAST_RATE ? null : (
          <text key={pair} class="rate" x={path.label.x} y={path.label.y}>
            {byteRate(rate)}
          </text>
        );
      })}
    </g>
  );
}

/** `away`: not joined yet, or stopped; `amiss`: lost, refused or in quarantine. */
type Presence = 'up' | 'away' | 'amiss';

function presenceOf(device: DeviceState): Presence {
  if (isAmiss(device)) return 'amiss';
  return isUp(device) ? 'up' : 'away';
}

interface DeviceNodeProps {
  readonly device: string;
  readonly presence: Presence;
  readonly text: string;
  readonly layout: TopologyLayout;
}

function DeviceNode({ device, presence, text, layout }: DeviceNodeProps) {
  const { colourClass, letter } = useDeviceLook()(device);
  const place = layout.devices.get(device);
  if (place === undefined) return null;
  const { nodeRadius, isWide } = layout;
  return (
    <g class={`node device ${colourClass} ${presence}`}>
      <title>{device}</title>
      <circle cx={place.x} cy={place.y} r={nodeRadius} />
      <text class="letter" x={place.x} y={place.y + 6}>
        {letter}
      </text>
      {presence === 'amiss' && <path class="cross" d={crossOf(place.x, place.y, nodeRadius)} />}
      <text class="name" x={place.x} y={place.y + nodeRadius + 17}>
        {layout.names.get(device)}
      </text>
      {isWide && (
        <text class="doing" x={place.x} y={place.y + nodeRadius + 33}>
          {text}
        </text>
      )}
    </g>
  );
}

function crossOf(x: number, y: number, radius: number): string {
  const arm = radius * 0.72;
  return `M${x - arm} ${y - arm} L${x + arm} ${y + arm} M${x + arm} ${y - arm} L${x - arm} ${y + arm}`;
}
