import { elementCount, floatOf, integerOf } from '../../../graph/graph.js';
import type { LoadOperation } from '../operation.js';

/** Products of matrices; a batch of them on either side, or of one size on both. */
export const matMul: LoadOperation = (node, { tfjs }) => ({
  reads: node.inputs.map((name) => ({ name, layout: 'graph' })),
  layout: 'graph',
  run: ([a, b]) => {
    const [batchA, batchB] = [a!.shape.slice(0, -2), b!.shape.slice(0, -2)];
    const [countA, countB] = [elementCount(batchA), elementCount(batchB)];
    const [rows, inner, columns] = [a!.shape.at(-2)!, a!.shape.at(-1)!, b!.shape.at(-1)!];
    // One matrix on the right serves the rows of all.
    const left = countB === 1 ? [1, countA * rows, inner] : [countA, rows, inner];
    const product = tfjs.matMul(tfjs.reshape(a!, left), tfjs.reshape(b!, [countB, inner, columns]));
    const batch = countA >= countB ? batchA : batchB;
    const ones = Array.from({ length: Math.max(a!.rank, b!.rank) - 2 - batch.length }, () => 1);
    return [tfjs.reshape(product, [...ones, ...batch, rows, columns])];
  },
});

export const gemm: LoadOperation = (node, { tfjs }) => {
  const [alpha, beta] = [floatOf(node, 'alpha', 1), floatOf(node, 'beta', 1)];
  const [turnsA, turnsB] = ['transA', 'transB'].map((name) => integerOf(node, name, 0) === 1);
  const names = node.inputs.filter((name) => name !== '');
  return {
    reads: names.map((name) => ({ name, layout: 'graph' })),
    layout: 'graph',
    run: ([a, b, c]) => {
      const product = tfjs.matMul(a!, b!, turnsA, turnsB);
      const scaled = alpha === 1 ? product : tfjs.mul(product, alpha);
      if (c === undefined) return [scaled];
      return [tfjs.add(scaled, beta === 1 ? c : tfjs.mul(c, beta))];
    },
  };
};
