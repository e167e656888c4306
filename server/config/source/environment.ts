/** Environment variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Expansion {
  /** The text with every reference replaced; references that could not be are left as they stand. */
  readonly text: string;
  /** Whether anything of the environment went into it. */
  readonly expanded: boolean;
  /** What is wrong with its references, one entry each. */
  readonly problems: readonly { readonly message: string; readonly remedy: string }[];
}

/** `$${` is a literal `${`; else `${…}` up to the next `}`, or an opening that nothing closes. */
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}|$)/g;
const CONTENT = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in a text; the default stands in for a variable that is unset or empty.
 * `$${` is the way to write `${`. What is put in is not expanded again.
 */
export function expandEnvironment(text: string, environment: Environment): Expansion {
  if (!text.includes('${')) return { text, expanded: false, problems: [] };
  const problems: { message: string; remedy: string }[] = [];
  let expanded = false;
  const result = text.replace(REFERENCE, (reference: string, content?: string, close?: string) => {
    if (content === undefined) return '${';
    const [, name, fallback] = CONTENT.exec(content) ?? [];
    if (close === '' || name === undefined || fallback?.includes('${')) {
      problems.push(malformed(reference));
      return reference;
    }
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    const replacement = fallback === undefined ? value : value || fallback;
    if (replacement === undefined) {
      problems.push(unset(name));
      return reference;
    }
    expanded = true;
    return replacement;
  });
  return { text: result, expanded, problems };
}

function unset(name: string) {
  return {
    message: `the environment variable ${name} is not set`,
    remedy: `set it, or give a default: \${${name}:-value}`,
  };
}

function malformed(reference: string) {
  const shown = reference.length > 40 ? `${reference.slice(0, 40)}…` : reference;
  return {
    message: `cannot read the reference ${JSON.stringify(shown)}`,
    remedy: `write \${NAME} or \${NAME:-default}, without another reference in the default, or $\${ for a literal \${`,
  };
}
