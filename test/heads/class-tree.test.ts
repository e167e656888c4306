import { describe, expect, it } from 'vitest';
import { type ClassTree, classTree, mostSpecific, treeProbabilities } from '../../server/heads/class-tree.js';
import { classifyOutput, decodeCandidates } from '../../server/heads/decode/decode-head.js';
import type { RegionFamily } from '../../server/heads/head-family.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { darknetTree, hierarchyPredictions, hierarchyTopPrediction } from './reference-tree.js';

/** Two at the top, three below the second, two below the first of these, and one below the first at the top. */
const PARENTS = [-1, -1, 1, 1, 1, 2, 2, 0];
const TREE = classTree(PARENTS) as ClassTree;

describe('a tree of classes', () => {
  it('has a group for each parent', () => {
    expect(TREE.groups).toEqual([
      { first: 0, count: 2 },
      { first: 2, count: 3 },
      { first: 5, count: 2 },
      { first: 7, count: 1 },
    ]);
  });

  it.each([[[0, -1]], [[-1, 2, -1]], [[-1, -1, 0, 1, 0]], [[]]])('refuses parents %j', (parents) => {
    expect(classTree(parents)).toBeNull();
  });

  it('is gone through as Darknet’s tree.c does', () => {
    const random = seededRandom(4);
    const found = new Set<number>();
    for (let round = 0; round < 200; round++) {
      const logits = PARENTS.map(() => 8 * random() - 4);
      const wanted = hierarchyPredictions(logits, darknetTree(PARENTS));
      const probabilities = treeProbabilities(logits, TREE);
      for (const [index, probability] of probabilities.entries()) expect(probability).toBeCloseTo(wanted[index]!, 12);
      const specific = mostSpecific(probabilities, TREE, 0.5);
      expect(specific).toBe(hierarchyTopPrediction(wanted, darknetTree(PARENTS), 0.5));
      found.add(specific);
    }
    expect(found.size).toBeGreaterThan(6);
  });

  it('gives a box of YOLO9000 one class and its objectness', () => {
    const family: RegionFamily = {
      ...{
        kind: 'region',
        output: 'a',
        height: 2,
        width: 2,
        classes: 8,
        isSoftmax: true,
        tree: TREE,
        anchors: [[1, 2]],
      },
    };
    const random = seededRandom(9);
    const data = Float32Array.from({ length: 13 * 4 }, () => 6 * random() - 3);
    const outputs = new Map([['a', { shape: [1, 13, 2, 2], data }]]);
    const found = decodeCandidates(outputs, family, { width: 64, height: 64 }, 0.2);
    const wanted = [0, 1, 2, 3].flatMap((cell) => {
      const at = (entry: number) => data[entry * 4 + cell]!;
      const score = 1 / (1 + Math.exp(-at(4)));
      const predictions = hierarchyPredictions(
        PARENTS.map((_, i) => at(5 + i)),
        darknetTree(PARENTS),
      );
      return score > 0.2 ? [{ score, classIndex: hierarchyTopPrediction(predictions, darknetTree(PARENTS), 0.5) }] : [];
    });
    expect(wanted.length).toBeGreaterThan(1);
    expect(found.map(({ classIndex }) => classIndex)).toEqual(wanted.map(({ classIndex }) => classIndex));
    for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(wanted[i]!.score, 6);
  });

  it('gives a classifier its leaves', () => {
    const head = {
      kind: 'classifier',
      output: 'a',
      shape: [1, 8, 1, 1],
      classes: 8,
      areLogits: true,
      tree: TREE,
    } as const;
    const logits = Float32Array.of(0, 1, 2, -1, 0.5, 1, 0, 3);
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const found = classifyOutput(new Map([['a', { shape: head.shape, data: logits }]]), { family: head, labels });
    const predictions = hierarchyPredictions([...logits], darknetTree(PARENTS));
    const leaves = [3, 4, 5, 6, 7].sort((a, b) => predictions[b]! - predictions[a]!);
    expect(found.map(({ classIndex }) => classIndex)).toEqual(leaves);
    for (const { classIndex, score } of found) expect(score).toBeCloseTo(predictions[classIndex]!, 12);
  });
});
