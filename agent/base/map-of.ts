/** A table as a Map: a word from outside finds its own entries alone, and never "constructor" or "__proto__". */
export const mapOf = <V>(table: Readonly<Record<string, V>>): ReadonlyMap<string, V> => new Map(Object.entries(table));
