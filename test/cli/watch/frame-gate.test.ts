import { describe, expect, test } from 'vitest';
import type { SourcePicture } from '../../../server/cameras/source-picture.js';
import { FrameGate } from '../../../server/cli/watch/frame-gate.js';

const picture = (name: string): SourcePicture => ({ name, body: { mediaType: 'image/jpeg', bytes: new Uint8Array() } });

/** A gate for two at once, whose submissions end when they are told to. */
function slowGate(atOnce = 2) {
  const [started, dropped, said]: [string[], string[], string[]] = [[], [], []];
  const kept: string[] = [];
  const ends = new Map<string, (end: 'done' | 'later') => void>();
  const gate = new FrameGate({
    atOnce,
    handle: ({ name }, mayDrop) => {
      started.push(name);
      if (!mayDrop) kept.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    },
    onDropped: ({ name }) => dropped.push(name),
    say: (text) => said.push(text),
  });
  const end = async (name: string, how: 'done' | 'later' = 'done') => {
    ends.get(name)!(how);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { gate, started, dropped, kept, said, end };
}

describe('a gate', () => {
  test('has so many under way, the newest waits and older ones are dropped', async () => {
    const { gate, started, dropped, end } = slowGate();
    for (const name of ['a', 'b', 'c', 'd', 'e']) gate.offer(picture(name));
    expect([started, dropped]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await end('b');
    expect(started).toEqual(['a', 'b', 'e']);
    gate.offer(picture('f'));
    const drained = gate.drain();
    await end('a');
    await end('e');
    await end('f');
    await drained;
    expect([started, dropped]).toEqual([
      ['a', 'b', 'e', 'f'],
      ['c', 'd'],
    ]);
  });

  test('drops none of those that wait for room', async () => {
    const { gate, started, dropped, end } = slowGate(1);
    const ends = ['a', 'b'].map((name) => gate.submit(picture(name)));
    await end('a');
    await end('b', 'later');
    expect(await Promise.all(ends)).toEqual(['done', 'later']);
    expect([started, dropped]).toEqual([['a', 'b'], []]);
  });

  test('tells which pictures the cluster is to keep: those that are submitted, not those that are offered', async () => {
    const { gate, kept, end } = slowGate();
    gate.offer(picture('a'));
    const kind = gate.submit(picture('b'));
    await end('a');
    await end('b');
    await kind;
    expect(kept).toEqual(['b']);
  });

  test('counts an offered picture that the cluster could not be asked about', async () => {
    const { gate, dropped, end } = slowGate();
    gate.offer(picture('a'));
    await end('a', 'later');
    expect(dropped).toEqual(['a']);
  });

  test('says a thing once', () => {
    const { gate, said } = slowGate();
    for (const text of ['away', 'away', '', 'away', 'back']) gate.note(text);
    expect(said).toEqual(['away', 'away', 'back']);
  });
});
