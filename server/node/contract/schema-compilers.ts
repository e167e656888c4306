import { setImmediate as nextTurn } from 'node:timers/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import type { FastifySchema, FastifySchemaCompiler, FastifyServerOptions } from 'fastify';

/**
 * What Fastify checks requests and writes answers with. Handed in when an application is created: one that gets its
 * compilers later loads its own first, two large libraries that would never be used.
 */
export const SCHEMA_COMPILERS: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: {
    // Its type knows the factories of Fastify's own packages only.
    buildValidator: validatorCompiler as never,
    buildSerializer: () => () => (data: unknown) => JSON.stringify(data),
  },
};

// A test checks the contract itself; Ajv need not compile its meta-schema for that again.
const COMMON = {
  ...{ removeAdditional: false, useDefaults: true, validateFormats: false },
  ...{ strict: false, meta: false, validateSchema: false },
  // Errors carry their schema: a refusal names the expected value.
  verbose: true,
} as const;

/** Compiles schemas of the contract for JSON that is taken as it is: bodies and answers. What it has compiled it keeps. */
export const exactAjv = new Ajv(COMMON);

/** For parameters: they are text, and few, so all mistakes are reported. */
const coercingAjv = new Ajv({ ...COMMON, coerceTypes: true, allErrors: true });

/** Nobody may change a client's mistake into something that works: bodies are not coerced, nothing is removed. */
function validatorCompiler(): FastifySchemaCompiler<object> {
  return ({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? exactAjv : coercingAjv;
    return compiledWhenAsked(() => ajv.compile(schema));
  };
}

/** Compiling every operation's schemas would be a tenth of a node's start; it has no handler for many of them. */
function compiledWhenAsked(compile: () => ValidateFunction) {
  let compiled: ValidateFunction | undefined;
  const validate = (data: unknown): boolean => {
    compiled ??= compile();
    const isValid = compiled(data);
    validate.errors = compiled.errors;
    return isValid;
  };
  validate.errors = null as ValidateFunction['errors'];
  return validate;
}

/**
 * Compiles what the requests of these operations are checked with, each schema in a turn of its own: a first request, which
 * would do it otherwise, compiles several in one.
 *
 * @param goesOn asked before each schema.
 */
export async function compileInTurns(schemas: readonly FastifySchema[], goesOn: () => boolean): Promise<void> {
  for (const { body, params, querystring, headers } of schemas) {
    const bodies = Object.values((body as { content?: Record<string, { schema: object }> } | undefined)?.content ?? {});
    const compilations = [
      ...bodies.map(({ schema }) => [exactAjv, schema] as const),
      ...[params, querystring, headers].flatMap((part) => (part ? [[coercingAjv, part as object] as const] : [])),
    ];
    for (const [ajv, schema] of compilations) {
      await nextTurn();
      if (!goesOn()) return;
      ajv.compile(schema);
    }
  }
}
