import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Makes the metrics of one node, in a registry of its own so that several nodes fit into one process. */
export class NodeMeters {
  readonly registry = new Registry();
  readonly #registers = [this.registry];

  constructor(labels: { readonly role: string; readonly node: string }) {
    this.registry.setDefaultLabels(labels);
  }

  counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `deepthings_${name}_total`, help, labelNames, registers: this.#registers });
  }

  gauge<Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name: `deepthings_${name}`, help, labelNames, registers: this.#registers });
  }

  /** A gauge that shows, at each look, what the functions say that were added to it, by a label. */
  watched(name: string, help: string, label: string): (of: string, amount: () => number) => void {
    const amounts = new Map<string, readonly (() => number)[]>();
    const gauge: Gauge<string> = new Gauge({
      name: `deepthings_${name}`,
      help,
      labelNames: [label],
      registers: this.#registers,
      collect: () => {
        for (const [of, all] of amounts) {
          gauge.set(
            { [label]: of },
            all.reduce((sum, amount) => sum + amount(), 0),
          );
        }
      },
    });
    return (of, amount) => void amounts.set(of, [...(amounts.get(of) ?? []), amount]);
  }

  /** A histogram of durations in seconds. */
  seconds<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: Label[]
  ): Histogram<Label> {
    return new Histogram({ name: `deepthings_${name}_seconds`, help, buckets, labelNames, registers: this.#registers });
  }
}
