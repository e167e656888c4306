/** A tree of classes as Darknet's program keeps it. */
interface DarknetTree {
  readonly parent: readonly number[];
  readonly child: readonly number[];
  readonly groupOffset: readonly number[];
  readonly groupSize: readonly number[];
}

/** Of `tree.c`: `read_tree`, from the numbers of a file's lines. */
export function darknetTree(parent: readonly number[]): DarknetTree {
  const child = parent.map(() => -1);
  const [groupOffset, groupSize]: [number[], number[]] = [[], []];
  let [lastParent, size, n] = [-1, 0, 0];
  for (const one of parent) {
    if (one !== lastParent) {
      groupOffset.push(n - size);
      groupSize.push(size);
      size = 0;
      lastParent = one;
    }
    if (one >= 0) child[one] = groupOffset.length;
    n += 1;
    size += 1;
  }
  groupOffset.push(n - size);
  groupSize.push(size);
  return { parent, child, groupOffset, groupSize };
}

/** The softmax of each group, as `forward_softmax_layer` does it, then `hierarchy_predictions`. */
export function hierarchyPredictions(input: readonly number[], tree: DarknetTree): number[] {
  const output: number[] = [];
  for (const [group, size] of tree.groupSize.entries()) {
    const offset = tree.groupOffset[group]!;
    let sum = 0;
    for (let i = 0; i < size; i++) sum += Math.exp(input[offset + i]!);
    for (let i = 0; i < size; i++) output[offset + i] = Math.exp(input[offset + i]!) / sum;
  }
  for (let j = 0; j < output.length; j++) {
    const parent = tree.parent[j]!;
    if (parent >= 0) output[j]! *= output[parent]!;
  }
  return output;
}

/** `hierarchy_top_prediction` */
export function hierarchyTopPrediction(predictions: readonly number[], tree: DarknetTree, thresh: number): number {
  let [p, group] = [1, 0];
  while (true) {
    let [max, maxIndex] = [0, 0];
    for (let i = 0; i < tree.groupSize[group]!; i++) {
      const index = i + tree.groupOffset[group]!;
      if (predictions[index]! > max) [max, maxIndex] = [predictions[index]!, index];
    }
    if (p * max > thresh) {
      p *= max;
      group = tree.child[maxIndex]!;
      if (group < 0) return maxIndex;
    } else if (group === 0) return maxIndex;
    else return tree.parent[tree.groupOffset[group]!]!;
  }
}
