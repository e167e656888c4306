import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Circuit,
  CLOSED_CIRCUIT,
  circuitFailed,
  circuitReleased,
  circuitSucceeded,
  tryCircuit,
} from '../../../server/scheduling/policy/circuit-breaker.js';

const SETTINGS = { failures: 3, firstMs: 1_000, mostMs: 8_000 };

function failing(times: number, random = 0, nowMs = 0): Circuit {
  let circuit: Circuit = CLOSED_CIRCUIT;
  for (let i = 0; i < times; i++) circuit = circuitFailed(circuit, SETTINGS, nowMs, random);
  return circuit;
}

describe('a circuit', () => {
  it('stays closed for fewer failures in a row than it takes', () => {
    expect(failing(2)).toEqual({ kind: 'closed', failures: 2 });
    expect(circuitSucceeded()).toEqual({ kind: 'closed', failures: 0 });
  });

  it('opens with the last of them for the first time, less up to a half', () => {
    expect(failing(3)).toEqual({ kind: 'open', openings: 1, untilMs: 1_000 });
    expect(failing(3, 0.5)).toMatchObject({ untilMs: 750 });
  });

  it('lets nobody through while it is open, whatever fails late', () => {
    const open = failing(3);
    expect(tryCircuit(open, 999)).toEqual({ circuit: open, isAllowed: false });
    expect(circuitFailed(open, SETTINGS, 500, 0)).toBe(open);
  });

  it('lets one question through after that, which decides', () => {
    const { circuit, isAllowed } = tryCircuit(failing(3), 1_000);
    expect([circuit.kind, isAllowed]).toEqual(['half-open', true]);
    expect(tryCircuit(circuit, 1_001)).toEqual({ circuit, isAllowed: false });
    expect(circuitFailed(circuit, SETTINGS, 2_000, 0)).toEqual({ kind: 'open', openings: 2, untilMs: 4_000 });
  });

  it('lets the next one through when that one is given up', () => {
    const probing = tryCircuit(failing(3), 1_000).circuit;
    expect(tryCircuit(circuitReleased(probing, 1_100), 1_100).isAllowed).toBe(true);
    expect(circuitReleased(CLOSED_CIRCUIT, 0)).toBe(CLOSED_CIRCUIT);
  });

  it('whatever happens is never open for longer than the most, and never lets two through to a peer that fails', () => {
    const steps = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 5_000 }),
        what: fc.constantFrom('try', 'fail', 'succeed', 'release'),
        random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        let circuit: Circuit = CLOSED_CIRCUIT;
        let nowMs = 0;
        let probes = 0;
        for (const { afterMs, what, random } of all) {
          nowMs += afterMs;
          if (what === 'try') {
            const before = circuit.kind;
            const tried = tryCircuit(circuit, nowMs);
            if (before !== 'closed' && tried.isAllowed) probes++;
            circuit = tried.circuit;
          } else if (what === 'fail') circuit = circuitFailed(circuit, SETTINGS, nowMs, random);
          else circuit = what === 'succeed' ? circuitSucceeded() : circuitReleased(circuit, nowMs);
          if (what !== 'try') probes = 0;
          expect(probes).toBeLessThanOrEqual(1);
          if (circuit.kind === 'open') expect(circuit.untilMs - nowMs).toBeLessThanOrEqual(SETTINGS.mostMs);
        }
      }),
    );
  });
});
