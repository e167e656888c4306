/** What a page's script holds is of these; the rest of a heap is V8's own: above all code, which it goes on compiling. */
const HELD = new Set([
  'array',
  'bigint',
  'closure',
  'concatenated string',
  'number',
  'object',
  'regexp',
  'sliced string',
  'string',
  'symbol',
]);

/** Bytes of a page's heap after collection: what its script holds, and the code that V8 made of it. */
export async function heapOf(session) {
  const chunks = [];
  const onChunk = ({ chunk }) => chunks.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', onChunk);
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', onChunk);
  const sizes = sizesOf(JSON.parse(chunks.join('')));
  const held = [...sizes].reduce((sum, [name, bytes]) => sum + (HELD.has(name) ? bytes : 0), 0);
  return { held, code: sizes.get('code') ?? 0 };
}

/** Bytes of a heap snapshot by the kind of what takes them. */
export function sizesOf({ nodes, snapshot }) {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = ['type', 'self_size'].map((name) => fields.indexOf(name));
  const sizes = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const name = types[type][nodes[at + type]];
    sizes.set(name, (sizes.get(name) ?? 0) + nodes[at + size]);
  }
  return sizes;
}
