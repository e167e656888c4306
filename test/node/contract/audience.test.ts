import { expect, test } from 'vitest';
import { peoplesContract } from '../../../server/node/contract/audience.js';
import { contractOperations, readContract, resolveReferences } from '../../../server/node/contract/contract.js';

const whole = readContract();
const people = peoplesContract(whole);

function idsOf(contract: typeof whole): Map<string, readonly string[]> {
  return new Map(
    contractOperations(contract).map(({ operation }) => [
      operation.operationId,
      (operation as unknown as { tags: readonly string[] }).tags,
    ]),
  );
}

test('people see every operation but those between nodes', () => {
  const seen = idsOf(people);
  const hidden = [...idsOf(whole)].filter(([id]) => !seen.has(id));
  expect(hidden.length).toBeGreaterThan(5);
  for (const [id, tags] of hidden) expect([id, tags]).toEqual([id, ['work']]);
  // A region of a frame's input is of use to people as well.
  expect([...seen].filter(([, tags]) => tags.includes('work')).map(([id]) => id)).toEqual(['getFrameInput']);
  expect(Object.keys(people.paths)).not.toContain('/overlap/{frame}/{tile}');
});

test('what they see refers to nothing that is not there, and has no component that nothing refers to', () => {
  expect(() => resolveReferences(people.paths, people)).not.toThrow();
  const text = JSON.stringify(people);
  for (const [kind, entries] of Object.entries(people.components)) {
    if (kind === 'securitySchemes') continue;
    for (const name of Object.keys(entries)) expect(text).toContain(`"#/components/${kind}/${name}"`);
  }
  expect(Object.keys(people.components.schemas!)).not.toContain('DeviceRegistration');
  expect(Object.keys(people.components.schemas!)).toContain('Frame');
});
