import { Gauge } from 'prom-client';
import { CpuCounter } from './cpu-counter.js';
import { exchangeMetrics } from './exchange-metrics.js';
import { HeapGauge } from './heap-gauge.js';
import { NodeMeters } from './node-meters.js';
import { trustMetrics } from './trust-metrics.js';
import { workMetrics } from './work-metrics.js';

/** What one node counts and measures; `GET /metrics` shows it. */
export type NodeMetrics = Readonly<ReturnType<typeof createMetrics>>;

export function createMetrics(labels: { readonly role: string; readonly node: string }) {
  const meters = new NodeMeters(labels);
  const { registry } = meters;
  const memory: Gauge = new Gauge({
    name: 'deepthings_resident_memory_bytes',
    help: 'Resident memory of the process',
    registers: [registry],
    collect: () => memory.set(process.memoryUsage.rss()),
  });
  return {
    registry,
    ...workMetrics(meters),
    ...trustMetrics(meters),
    ...exchangeMetrics(meters),
    cpu: new CpuCounter(registry),
    heap: new HeapGauge(registry),
  };
}
