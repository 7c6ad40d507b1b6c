/** The part of JSON Schema that the project's schemas use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
}

/** Returns the paths at which a value violates the schema. */
export function faultsIn(value: unknown, schema: Schema, at = ''): readonly string[] {
  if (schema.anyOf?.every((each) => faultsIn(value, each, at).length > 0)) return [at];
  if (schema.enum && !schema.enum.includes(value)) return [at];
  if (schema.type && ![schema.type].flat().includes(typeOf(value))) return [at];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return [at];
  if (Array.isArray(value))
    return value.flatMap((each, index) => faultsIn(each, schema.items ?? {}, `${at}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const lacking = (schema.required ?? []).filter((key) => !(key in value)).map((key) => `${at}.${key}`);
  const rest = schema.additionalProperties ?? true;
  const faults = Object.entries(value).flatMap(([key, each]): readonly string[] => {
    const known = schema.properties?.[key];
    if (known) return faultsIn(each, known, `${at}.${key}`);
    return rest === true ? [] : rest === false ? [`${at}.${key}`] : faultsIn(each, rest, `${at}.${key}`);
  });
  return [...lacking, ...faults];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
