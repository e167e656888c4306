// Writes everything that is generated and committed. `.ci/run` runs it and fails when git then sees a difference.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { runnerImport } from 'vite';
import { parse } from 'yaml';

/** Leaves a file alone that has this text already, so that nothing is built again for it. */
function write(url, text) {
  if (!existsSync(url) || readFileSync(url, 'utf8') !== text) writeFileSync(url, text);
}

const banner = '// Generated from openapi.yaml by `npm run generate`. Do not edit.\n';
const contractUrl = new URL('../openapi.yaml', import.meta.url);

write(
  new URL('../client/generated/contract.ts', import.meta.url),
  banner + astToString(await openapiTS(contractUrl, { alphabetize: false })),
);

const contract = parse(readFileSync(contractUrl, 'utf8'));
// Nodes read this one: parsing YAML takes a small machine a second at every start.
write(new URL('../client/generated/openapi.json', import.meta.url), `${JSON.stringify(contract)}\n`);

/** The media types of each status below 400 that an operation declares; none: the answer has no body. */
function answersText(responses) {
  const entries = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Number(status) < 400
      ? [
          `${status}: [${Object.keys(content)
            .map((type) => `'${type}'`)
            .join(', ')}]`,
        ]
      : [],
  );
  return `{ ${entries.join(', ')} }`;
}

const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => ['get', 'put', 'post', 'delete', 'patch'].includes(method))
    .map(([method, { operationId, responses }]) => {
      const facts = `method: '${method.toUpperCase()}', path: '${path}', answers: ${answersText(responses)}`;
      return `  ${operationId}: { ${facts} },`;
    }),
);
write(
  new URL('../client/generated/operations.ts', import.meta.url),
  `${banner}export const OPERATIONS = {\n${operations.join('\n')}\n} as const;\n`,
);

const editorSchema = new URL('../server/config/editor-schema.ts', import.meta.url);
const { clusterFileSchemaModule, clusterJsonSchemaText } = (await runnerImport(fileURLToPath(editorSchema))).module;
write(new URL('../server/config/cluster.schema.json', import.meta.url), clusterJsonSchemaText());
write(new URL('../server/config/generated/cluster-file-schema.ts', import.meta.url), clusterFileSchemaModule());
