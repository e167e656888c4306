/** What asking a node for something takes. */
export interface LinkModel {
  /** However little is asked for. */
  readonly requestMs: number;
  readonly bytesPerMs: number;
}

interface Sample {
  readonly bytes: number;
  readonly ms: number;
  readonly weight: number;
}

/** What a LAN of 100 Mbit/s would do: until something is measured, fetching looks cheap. */
const EXPECTED: LinkModel = Object.freeze({ requestMs: 1, bytesPerMs: 12_500 });
/** Counted as a little of a measurement, so that a line through answers of one size does not stand upright. */
const EXPECTED_SAMPLES: readonly Sample[] = [0, 100_000].map((bytes) => ({
  bytes,
  ms: EXPECTED.requestMs + bytes / EXPECTED.bytesPerMs,
  weight: 0.1,
}));
const LEAST_REQUEST_MS = 0.1;
/** 10 kbit/s and 100 Gbit/s. */
const BYTES_PER_MS = { least: 1.25, most: 12_500_000 };

const SAMPLES_LIMIT = 16;
/** More addresses than a cluster has devices are not remembered. */
const LINKS_LIMIT = 1_024;

/**
 * What asking other nodes takes, by the latest answers of each: the line ms = request + bytes / rate that fits them best
 * (least squares).
 */
export class LinkRates {
  readonly #samples = new Map<string, Sample[]>();
  readonly #models = new Map<string, LinkModel>();
  #typicalLink: LinkModel | null = null;

  /** An answer of so many bytes that came so many milliseconds after it was asked for. */
  add(address: string, bytes: number, ms: number): void {
    const samples = this.#samples.get(address) ?? [];
    if (samples.length === 0 && this.#samples.size >= LINKS_LIMIT) return;
    samples.push({ bytes, ms, weight: 1 });
    if (samples.length > SAMPLES_LIMIT) samples.shift();
    this.#samples.set(address, samples);
    this.#models.delete(address);
    this.#typicalLink = null;
  }

  /** To a node that is not known yet: the middle one of those that are. */
  get typicalLink(): LinkModel {
    if (this.#typicalLink === null) {
      const models = [...this.#samples.keys()].map((address) => this.linkTo(address));
      models.sort((a, b) => a.requestMs - b.requestMs);
      this.#typicalLink = models[Math.floor(models.length / 2)] ?? EXPECTED;
    }
    return this.#typicalLink;
  }

  linkTo(address: string): LinkModel {
    let model = this.#models.get(address);
    if (model === undefined) {
      const samples = this.#samples.get(address);
      if (samples === undefined) return EXPECTED;
      model = fitted([...samples, ...EXPECTED_SAMPLES]);
      this.#models.set(address, model);
    }
    return model;
  }
}

function fitted(samples: readonly Sample[]): LinkModel {
  const total = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + sample.weight * of(sample), 0);
  const weight = total(() => 1);
  const meanBytes = total(({ bytes }) => bytes) / weight;
  const meanMs = total(({ ms }) => ms) / weight;
  const spread = total(({ bytes }) => (bytes - meanBytes) ** 2);
  const slope = total(({ bytes, ms }) => (bytes - meanBytes) * (ms - meanMs)) / spread;
  const bytesPerMs = slope > 0 ? 1 / slope : BYTES_PER_MS.most;
  return Object.freeze({
    requestMs: Math.max(LEAST_REQUEST_MS, meanMs - meanBytes * Math.max(0, slope)),
    bytesPerMs: Math.min(BYTES_PER_MS.most, Math.max(BYTES_PER_MS.least, bytesPerMs)),
  });
}
