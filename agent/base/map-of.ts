/** Returns a table as a Map: an external key finds only the table's own entries, never "constructor" or "__proto__". */
export const mapOf = <V>(table: Readonly<Record<string, V>>): ReadonlyMap<string, V> => new Map(Object.entries(table));
