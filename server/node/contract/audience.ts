import type { Contract } from './contract.js';

/** Marks an operation between nodes. */
const INTERNAL = 'x-internal';

/** Components that nothing refers to by `$ref`. */
const NAMED_OTHERWISE = 'securitySchemes';

/** The contract for people and their programs: without operations between nodes, and without components that only these refer to. */
export function peoplesContract(contract: Contract): Contract {
  const paths = Object.entries(contract.paths).flatMap(([path, item]) => {
    const kept = Object.entries(item).filter(([, part]) => !(INTERNAL in part));
    const hasOperation = kept.some(([, part]) => 'operationId' in part);
    return hasOperation ? [[path, Object.fromEntries(kept)] as const] : [];
  });
  const { components } = contract;
  const used = new Set<string>();
  noteReferences(paths, components, used);
  const kinds = Object.entries(components).map(([kind, entries]) => {
    const kept = Object.entries(entries).filter(([name]) => kind === NAMED_OTHERWISE || used.has(`${kind}/${name}`));
    return [kind, Object.fromEntries(kept)] as const;
  });
  return { ...contract, paths: Object.fromEntries(paths), components: Object.fromEntries(kinds) };
}

/** Notes every component that a part of the contract refers to, and those that these refer to. */
function noteReferences(value: unknown, components: Contract['components'], used: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    if (key !== '$ref' || typeof entry !== 'string') {
      noteReferences(entry, components, used);
      continue;
    }
    const [kind = '', name = ''] = entry.replace('#/components/', '').split('/');
    if (used.has(`${kind}/${name}`)) continue;
    used.add(`${kind}/${name}`);
    noteReferences(components[kind]?.[name], components, used);
  }
}
