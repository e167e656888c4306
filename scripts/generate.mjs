// Writes everything that is generated and committed. `.ci/run` runs it and fails when git then sees a difference.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { runnerImport } from 'vite';
import { parse, stringify } from 'yaml';
import { folderImports, productSources, withArrows } from './room-arrows.mjs';

/** Leaves a file alone that has this text already, so that nothing is built again for it. */
function write(url, text) {
  if (!existsSync(url) || readFileSync(url, 'utf8') !== text) writeFileSync(url, text);
}

const banner = '// Generated from openapi.yaml by `npm run generate`. Do not edit.\n';
const ERRORS_INTRODUCTION = `<!-- Generated from server/error-codes/ by \`npm run generate\`. Do not edit. -->
# Error codes

Every error has a stable code. Match the code, never the text; the message of an error says more than these tables: what
was expected, what came and what to do. A node answers with a problem document (RFC 9457, \`application/problem+json\`), whose
\`code\` it is, and logs the code of what it does not answer. A frame that failed has its code in \`failure.code\`; a
submission that waits for it is answered 500 with that code. An edge device passes on the codes of the gateway, and the
gateway those of a device that it drains (502). The client itself gives \`DT_ANSWER\` for an answer that is no node's.
`;

const source = async (path) => (await runnerImport(fileURLToPath(new URL(path, import.meta.url)))).module;
const { CODE_GROUPS, ERROR_CODES } = await source('../server/error-codes.ts');

const contractUrl = new URL('../openapi.yaml', import.meta.url);
write(contractUrl, withCodes(readFileSync(contractUrl, 'utf8'), Object.keys(ERROR_CODES).sort()));

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

write(new URL('../docs/errors.md', import.meta.url), errorsPage(CODE_GROUPS));

const architecture = new URL('../docs/architecture.md', import.meta.url);
const sources = productSources(fileURLToPath(new URL('..', import.meta.url)));
write(architecture, withArrows(readFileSync(architecture, 'utf8'), folderImports(sources)));

const { loadClusterConfig } = await source('../server/config/load.ts');
const { planCluster } = await source('../server/node/cluster-plan.ts');
const { gangPicture } = await source('../server/evaluation/charts/gang-picture.ts');
const cluster = await loadClusterConfig(fileURLToPath(new URL('../cluster.yaml', import.meta.url)), {});
write(
  new URL('../docs/charts/one-frame-in-a-gang.svg', import.meta.url),
  gangPicture((await planCluster(cluster)).gang, cluster.devices.length),
);

/** The contract with these codes as its schema `ErrorCode`, between its two comments. */
function withCodes(text, codes) {
  const [, head, tail] = /^(.*# The codes, which [^\n]*\n).*?( *# The end of the codes.*)$/s.exec(text);
  const about = 'What went wrong; stable, for programs to match. A later version may have more';
  const schema = { ErrorCode: { description: about, type: 'string', enum: codes } };
  return head + stringify(schema, { indent: 2, lineWidth: 0 }).replace(/^(?=.)/gm, '    ') + tail;
}

/** docs/errors.md: a table for each group of codes, sorted. */
function errorsPage(groups) {
  const sections = groups.map(({ title, about, codes }) => {
    const rows = Object.keys(codes)
      .sort()
      .map((code) => {
        const { status, meaning, remedy } = codes[code];
        return `| \`${code}\` | ${[status ?? 'none'].flat().join(', ')} | ${meaning} | ${remedy} |`;
      });
    return `## ${title}\n\n${about}\n\n| code | HTTP status | meaning | what to do |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${ERRORS_INTRODUCTION}\n${sections.join('\n')}`;
}

const editorSchema = new URL('../server/config/editor-schema.ts', import.meta.url);
const { clusterFileSchemaModule, clusterJsonSchemaText } = (await runnerImport(fileURLToPath(editorSchema))).module;
write(new URL('../server/config/cluster.schema.json', import.meta.url), clusterJsonSchemaText());
write(new URL('../server/config/generated/cluster-file-schema.ts', import.meta.url), clusterFileSchemaModule());
