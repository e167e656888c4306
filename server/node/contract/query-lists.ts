/**
 * Makes arrays of a query's lists, in place. A list may be written as `state=complete,failed`, as `state=complete&state=failed`, or mixed
 * (OpenAPI's style `form`, with `explode: false` and `true`).
 *
 * @param query names with their texts; an array where a name came several times.
 * @param lists names of the parameters that are lists.
 */
export function splitLists(query: Record<string, unknown>, lists: readonly string[]): void {
  for (const name of lists) {
    const given = query[name];
    if (given !== undefined) query[name] = [given].flat().flatMap((text) => String(text).split(','));
  }
}
