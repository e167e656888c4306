/**
 * Entry of a process that reads a database from end to end and ends with 0 when that works. A damaged file may end it with
 * a signal, as it would the gateway.
 */
import { LmdbTables } from './lmdb-tables.js';

const tables = new LmdbTables(process.argv[2]!, { readOnly: true });
for (const table of ['frames', 'traces', 'meta'] as const) tables.all(table);
await tables.close();
