import { Ajv, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify';

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
} as const;

/** Compiles schemas of the contract for JSON that is taken as it is. */
export function exactAjv(): Ajv {
  return new Ajv(COMMON);
}

/** Nobody may change a client's mistake into something that works: bodies are not coerced, nothing is removed. */
function validatorCompiler(): FastifySchemaCompiler<object> {
  const exact = exactAjv();
  const coercing = new Ajv({ ...COMMON, coerceTypes: true });
  return ({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? exact : coercing;
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
