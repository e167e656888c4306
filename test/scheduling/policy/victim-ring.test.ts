import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_RING, hintVictim, setPending, type VictimRing } from '../../../server/scheduling/policy/victim-ring.js';

function ringOf(pending: Readonly<Record<string, number>>): VictimRing {
  return Object.entries(pending).reduce((ring, [device, tasks]) => setPending(ring, device, tasks), EMPTY_RING);
}

/** The victims that thieves get, one after another. */
function hints(ring: VictimRing, thieves: readonly string[]): (string | null)[] {
  let current = ring;
  return thieves.map((thief) => {
    const { ring: next, victim } = hintVictim(current, thief);
    current = next;
    return victim;
  });
}

describe('a victim ring', () => {
  it('names none that the thief does not ask for now, and keeps its turn for it', () => {
    const { ring, victim } = hintVictim(ringOf({ a: 2, b: 2 }), 't', ['a']);
    expect(victim).toBe('b');
    expect(hintVictim(ring, 't').victim).toBe('a');
    expect(hintVictim(ring, 't', ['a', 'b'])).toEqual({ ring, victim: null });
  });

  it.each([
    ['is empty', {}, ['t', 't'], [null, null]],
    ['has one device', { a: 2 }, ['t', 't', 't'], ['a', 'a', null]],
    ['goes round', { a: 9, b: 9, c: 9 }, ['t', 't', 't', 't'], ['a', 'b', 'c', 'a']],
    [
      'passes over who has nothing left',
      { a: 1, b: 3, c: 1 },
      ['t', 't', 't', 't', 't', 't'],
      ['a', 'b', 'c', 'b', 'b', null],
    ],
    ['never names the thief', { a: 9, b: 9 }, ['a', 'a', 'b', 'b'], ['b', 'b', 'a', 'a']],
    ['has only the thief', { a: 9 }, ['a', 'a'], [null, null]],
    [
      'keeps the turn of a thief that was passed over',
      { a: 9, b: 9, c: 9 },
      ['a', 't', 't', 't'],
      ['b', 'a', 'c', 'b'],
    ],
  ])('%s', (_what, pending, thieves, victims) => {
    expect(hints(ringOf(pending), thieves)).toEqual(victims);
  });

  it('forgets a device that has nothing pending, and is the same ring when it did not know it', () => {
    const ring = ringOf({ a: 1, b: 1 });
    expect(hints(setPending(ring, 'a', 0), ['t', 't'])).toEqual(['b', null]);
    expect(setPending(ring, 'c', 0)).toBe(ring);
    expect(hints(ring, ['t', 't'])).toEqual(['a', 'b']);
  });

  it("corrects its estimate by the device's own word, without giving it a second turn", () => {
    const { ring } = hintVictim(ringOf({ a: 2, b: 2 }), 't');
    expect(hints(setPending(ring, 'a', 5), ['t', 't', 't'])).toEqual(['b', 'a', 'b']);
  });

  it('goes on behind a device that leaves after its turn', () => {
    const ring = ringOf({ a: 9, b: 9, c: 9 });
    const { ring: afterA } = hintVictim(ring, 't');
    const { ring: afterB } = hintVictim(afterA, 't');
    expect(hints(setPending(afterB, 'b', 0), ['t', 't'])).toEqual(['c', 'a']);
  });

  it('gives a newcomer its turn behind those that wait already', () => {
    const { ring } = hintVictim(ringOf({ a: 9, b: 9 }), 't');
    expect(hints(setPending(ring, 'new', 9), ['t', 't', 't'])).toEqual(['b', 'a', 'new']);
  });
});

const devices = fc.constantFrom('a', 'b', 'c', 'd', 'e');
type Step = { readonly pending: readonly [string, number] } | { readonly thief: string };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ pending: fc.tuple(devices, fc.nat(4)) }),
    fc.record({ thief: fc.oneof(devices, fc.constant('t')) }),
  ),
  { maxLength: 80, size: 'max' },
);

interface RingWatch {
  onPending?(device: string, pending: number): void;
  /** The ring before a hint, and whom it named. */
  onHint(before: VictimRing, thief: string, victim: string | null): void;
}

function play(script: readonly Step[], watch: RingWatch): void {
  let ring = EMPTY_RING;
  for (const step of script) {
    if ('pending' in step) {
      watch.onPending?.(...step.pending);
      ring = setPending(ring, ...step.pending);
      continue;
    }
    const { ring: after, victim } = hintVictim(ring, step.thief);
    watch.onHint(ring, step.thief, victim);
    ring = after;
  }
}

const available = ({ members }: VictimRing, thief: string): string[] =>
  members.filter(({ device, estimate }) => device !== thief && estimate > 0).map(({ device }) => device);

describe('any use of a victim ring', () => {
  it('names somebody exactly when there is somebody, and never the thief', () => {
    fc.assert(
      fc.property(steps, (script) => {
        play(script, {
          onHint(before, thief, victim) {
            const candidates = available(before, thief);
            if (candidates.length === 0) expect(victim).toBeNull();
            else expect(candidates).toContain(victim);
          },
        });
      }),
    );
  });

  it('sends no more thieves to a device than it announced tasks', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const left = new Map<string, number>();
        play(script, {
          onPending: (device, pending) => left.set(device, pending),
          onHint(_before, _thief, victim) {
            if (victim === null) return;
            left.set(victim, left.get(victim)! - 1);
            expect(left.get(victim)).toBeGreaterThanOrEqual(0);
          },
        });
      }),
    );
  });

  it('names nobody twice while another that could have been named waits, however devices come and go', () => {
    fc.assert(
      fc.property(steps, (script) => {
        /** For each device that could have been named since its turn, who had one meanwhile. */
        const turnsBefore = new Map<string, Set<string>>();
        play(script, {
          onPending: (device, pending) => pending === 0 && turnsBefore.delete(device),
          onHint(before, thief, victim) {
            if (victim === null) return;
            for (const device of available(before, thief)) {
              const turns = turnsBefore.get(device) ?? new Set();
              expect(device !== victim && turns.has(victim), `${victim} again before ${device}`).toBe(false);
              turnsBefore.set(device, turns.add(victim));
            }
            turnsBefore.delete(victim);
          },
        });
      }),
    );
  });

  it('shares hints equally among devices that have enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 60 }), (count, asked) => {
        const names = Array.from({ length: count }, (_, i) => `d${i}`);
        const ring = ringOf(Object.fromEntries(names.map((name) => [name, 100])));
        const named = hints(ring, Array<string>(asked).fill('t'));
        const shares = names.map((name) => named.filter((victim) => victim === name).length);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
