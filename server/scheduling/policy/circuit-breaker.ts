/**
 * Whether a peer that keeps failing is asked at all: a circuit breaker, as plain data. The clock and the randomness are
 * handed in.
 */
export type Circuit =
  /** It is asked. */
  | { readonly kind: 'closed'; readonly failures: number }
  /** It is suspended. */
  | { readonly kind: 'open'; readonly openings: number; readonly untilMs: number }
  /** One question is under way that decides; no other is asked meanwhile. */
  | { readonly kind: 'half-open'; readonly openings: number };

export interface CircuitSettings {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** How long it is open at first; doubles with each question that fails after such a time, */
  readonly firstMs: number;
  /** up to this. */
  readonly mostMs: number;
}

export const CLOSED_CIRCUIT: Circuit = Object.freeze({ kind: 'closed', failures: 0 });

/** Asks for leave to ask the peer; every leave ends with `circuitSucceeded`, `circuitFailed` or `circuitReleased`. */
export function tryCircuit(
  circuit: Circuit,
  nowMs: number,
): { readonly circuit: Circuit; readonly isAllowed: boolean } {
  switch (circuit.kind) {
    case 'closed':
      return { circuit, isAllowed: true };
    case 'open':
      if (nowMs < circuit.untilMs) return { circuit, isAllowed: false };
      return { circuit: { kind: 'half-open', openings: circuit.openings }, isAllowed: true };
    case 'half-open':
      return { circuit, isAllowed: false };
  }
}

/** The peer answered. */
export function circuitSucceeded(): Circuit {
  return CLOSED_CIRCUIT;
}

/**
 * The peer did not answer.
 *
 * @param random from 0 up to 1: shortens the time by up to a half, so that many who left a peer alone come back apart.
 */
export function circuitFailed(circuit: Circuit, settings: CircuitSettings, nowMs: number, random: number): Circuit {
  // Begun before it opened: that it failed is no news.
  if (circuit.kind === 'open') return circuit;
  if (circuit.kind === 'closed' && circuit.failures + 1 < settings.failures) {
    return { kind: 'closed', failures: circuit.failures + 1 };
  }
  const openings = circuit.kind === 'half-open' ? circuit.openings + 1 : 1;
  const fullMs = Math.min(settings.mostMs, settings.firstMs * 2 ** Math.min(openings - 1, 30));
  return { kind: 'open', openings, untilMs: nowMs + fullMs * (1 - random / 2) };
}

/** Whoever asked gave up before there was an answer: nothing is known, and the next may ask. */
export function circuitReleased(circuit: Circuit, nowMs: number): Circuit {
  return circuit.kind === 'half-open' ? { kind: 'open', openings: circuit.openings, untilMs: nowMs } : circuit;
}
