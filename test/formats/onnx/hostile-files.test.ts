import { PbfWriter } from 'pbf';
import { describe, expect, test } from 'vitest';
import { fetchExternal } from '../../../server/formats/onnx/file/external-data.js';
import { readModel } from '../../../server/formats/onnx/file/read-model.js';
import { type FileModel, type FileNode, type FileTensor, onnxFile } from '../../support/onnx-file.js';

const relu: FileNode = { name: 'the node', operator: 'Relu', inputs: ['x'], outputs: ['y'] };

function file(model: Partial<FileModel> = {}): Uint8Array {
  return onnxFile({ nodes: [relu], inputs: [{ name: 'x' }], outputs: [{ name: 'y' }], ...model });
}

const tensor = (more: Partial<FileTensor>): Partial<FileModel> => ({
  tensors: [{ name: 'w', type: 'float32', dims: [2], ...more }],
});
const raw = (bytes: number) => new Uint8Array(bytes);

function written(write: (writer: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter();
  write(writer);
  return writer.finish().slice();
}

describe('refused as no ONNX file, or one that contradicts itself', () => {
  test.each<readonly [string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /no graph/],
    ['text', new TextEncoder().encode('[net]\nwidth=416\n'), /cannot be read as ONNX/],
    ['a part of a file', file().subarray(0, 40), /longer than what is there/],
    ['a length beyond the file', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f), /longer than what is there/],
    ['a number without an end', Uint8Array.of(8, ...Array<number>(12).fill(0xff)), /cannot be read as ONNX/],
    ['the field number 0', Uint8Array.of(0, 0), /number 0/],
    ['a group', Uint8Array.of(0x3b, 0x3c), /cannot be read as ONNX/],
    ['a graph that is a number', Uint8Array.of(0x38, 5), /wire type 0 instead of 2/],
    ['two graphs', Buffer.concat([file(), file()]), /two graphs/],
    ['an operator set that is too old', file({ opset: 6 }), /operator set 6, where at least 7/],
    ['a negative dimension', file(tensor({ dims: [-1, -2], raw: raw(8) })), /dimensions \[-1, -2\]/],
    ['too few elements', file(tensor({ raw: raw(4) })), /"w".*\[2\] of FLOAT need 8 bytes, there are 4/],
    ['too many elements', file(tensor({ raw: raw(12) })), /need 8 bytes, there are 12/],
    ['too few elements, listed', file(tensor({ floats: [1] })), /need 2 elements, there are 1/],
    ['too many elements, listed', file(tensor({ type: 'int64', int64s: [1, 2, 3] })), /need 2 elements, there are 3/],
    ['no elements', file(tensor({})), /need 2 elements, there are 0/],
    ['text as elements', file(tensor({ type: 'string' })), /data type 8 is not supported/],
    [
      'external data of another length',
      file(tensor({ external: { location: 'a', length: '9' } })),
      /external data has 9/,
    ],
    ['external data at no number', file(tensor({ external: { location: 'a', offset: '-1' } })), /offset of its.* "-1"/],
    ['external data nowhere', file(tensor({ external: {} })), /another file that it does not name/],
    [
      'a name that nobody writes',
      file({ nodes: [{ ...relu, inputs: ['z'] }] }),
      /node "the node" \(Relu\).*it reads "z", which no node/,
    ],
    ['a name written twice', file({ nodes: [relu, { ...relu, name: 'other' }] }), /node "other" \(Relu\).*writes "y"/],
    ['an input written by a node', file({ nodes: [{ ...relu, outputs: ['x'] }, relu] }), /writes "x"/],
    [
      'two initializers of one name',
      file({ tensors: [1, 2].map(() => ({ name: 'w', type: 'uint8' as const, dims: [1], raw: raw(1) })) }),
      /"w" is not its own/,
    ],
    ['an output that nobody writes', file({ outputs: [{ name: 'q' }] }), /output "q".*no node writes it/],
    ['an output twice', file({ outputs: [{ name: 'y' }, { name: 'y' }] }), /output twice/],
    ['no input', file({ inputs: [], nodes: [{ ...relu, inputs: [] }] }), /0 inputs and 1 outputs/],
    [
      'a cycle',
      file({
        nodes: [
          { name: 'a', operator: 'Add', inputs: ['x', 'q'], outputs: ['p'] },
          { name: 'b', operator: 'Relu', inputs: ['p'], outputs: ['q'] },
          { name: 'c', operator: 'Relu', inputs: ['q'], outputs: ['y'] },
        ],
      }),
      /node "a" \(Add\).*cycle/,
    ],
    ['a node that reads itself', file({ nodes: [{ ...relu, inputs: ['y'] }] }), /node "the node".*cycle/],
    ['a node without an operator', file({ nodes: [{ ...relu, operator: '' }] }), /no operator/],
  ])('%s', (_, bytes, message) => {
    expect(() => readModel(bytes)).toThrow(
      expect.objectContaining({ code: 'DT_ONNX_FILE', message: expect.stringMatching(message) }),
    );
  });
});

describe('refused as too large', () => {
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  test.each<readonly [string, () => Uint8Array, RegExp]>([
    ['2 GB of dimensions', () => file(tensor({ dims: [65536, 65536], raw: raw(8) })), /\[65536, 65536\]/],
    [
      'dimensions beyond all numbers',
      () => file(tensor({ dims: many(8, () => 2 ** 50), raw: raw(8) })),
      /elements are read/,
    ],
    ['dimensions of 9 axes', () => file(tensor({ dims: many(9, () => 1), raw: raw(4) })), /more than 8 dimensions/],
    ['long names', () => file({ nodes: [{ ...relu, name: 'n'.repeat(5000) }] }), /text of 5000 bytes/],
    [
      'many nodes',
      () => file({ nodes: many(20_001, (i) => ({ operator: 'Relu', inputs: ['x'], outputs: [`y${i || ''}`] })) }),
      /more than 20000 nodes/,
    ],
    [
      'a long list in an attribute',
      () => file({ nodes: [{ ...relu, attributes: { a: { integers: many(1_000_001, () => 1) } } }] }),
      /more than 1000000 elements in attributes/,
    ],
    [
      'many elements of one byte each that would take eight',
      () => file(tensor({ type: 'int64', dims: [2_000_001], int64s: many(2_000_001, () => 1) })),
      /more than 2000000 elements of tensors/,
    ],
    [
      'much metadata',
      () => file({ metadata: { names: 'a'.repeat(5_000_000) } }),
      /more than 4194304 bytes of metadata/,
    ],
  ])('%s', (_, make, message) => {
    expect(() => readModel(make())).toThrow(
      expect.objectContaining({ code: 'DT_ONNX_LIMIT', message: expect.stringMatching(message) }),
    );
  });
});

describe('refused by operator', () => {
  const graph = { nodes: [], inputs: [], outputs: [] };
  test.each<readonly [string, FileNode, RegExp]>([
    ['If', { ...relu, operator: 'If' }, /node "the node" \(If\) has a graph of its own.*export the model without/],
    ['Loop', { ...relu, operator: 'Loop' }, /\(Loop\) has a graph/],
    ['Scan', { ...relu, operator: 'Scan' }, /\(Scan\) has a graph/],
    ['a graph in an attribute', { ...relu, attributes: { body: { graph } } }, /\(Relu\) has a graph/],
    ['another domain', { ...relu, domain: 'com.acme' }, /\(Relu\) is of "com.acme", not of ONNX itself/],
  ])('%s', (_, node, message) => {
    expect(() => readModel(file({ nodes: [node] }))).toThrow(
      expect.objectContaining({ code: 'DT_ONNX_OPERATOR', message: expect.stringMatching(message) }),
    );
  });

  test('functions of the file', () => {
    const bytes = Buffer.concat([file(), written((w) => w.writeMessage(25, () => {}, null))]);
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'DT_ONNX_OPERATOR' }));
  });
});

describe('external data outside of the folder', () => {
  const places = ['/etc/passwd', '../weights.bin', 'a/../../b', 'C:\\weights', '\\\\host\\share', '', 'a\0b', '..'];
  test.each(places)('%j is not read', async (location) => {
    const model = readModel(file(tensor({ external: { location } })));
    const read = () => Promise.reject(new Error('it was read'));
    await expect(fetchExternal(model, read)).rejects.toMatchObject({
      code: 'DT_ONNX_EXTERNAL',
      message: expect.stringMatching(/tensor "w".*outside of the model's folder/),
    });
  });
});

test('nodes out of order are sorted; nodes of one name get names of their own', () => {
  const model = readModel(
    file({
      nodes: [
        { name: 'n', operator: 'Relu', inputs: ['b'], outputs: ['y'] },
        { name: 'n', operator: 'Abs', inputs: ['a'], outputs: ['b'] },
        { operator: 'Neg', inputs: ['x'], outputs: ['a'] },
      ],
    }),
  );
  expect(model.graph.nodes.map(({ operator }) => operator)).toEqual(['Neg', 'Abs', 'Relu']);
  expect(new Set(model.graph.nodes.map(({ name }) => name)).size).toBe(3);
});

test('an initializer that is listed as an input is none', () => {
  const model = readModel(file({ ...tensor({ raw: raw(8) }), inputs: [{ name: 'w' }, { name: 'x' }], irVersion: 3 }));
  expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x']);
});
