import { stages } from '../../agent/engine/module.ts';
import { agentKeys, cloudInitKeys } from '../../agent/userdata/cloud-init-keys.ts';
import type { Decode } from '../../agent/userdata/schema/decode.ts';
import type { Shape } from '../../agent/userdata/schema/shape.ts';
import { schedule } from '../../modules/index.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Returns docs/schema/cloud-config.json: the decoders as a JSON Schema, with which editors check and complete. */
export function jsonSchema(): string {
  const fields: Record<string, Schema> = {};
  for (const module of stages.flatMap((stage) => schedule[stage])) {
    for (const [key, { shape }] of Object.entries(module.reads as Readonly<Record<string, Decode<unknown>>>)) {
      if (!module.consults?.includes(key)) fields[key] ??= { description: module.summary, ...schemaOf(shape) };
    }
  }
  for (const key of agentKeys) fields[key] ??= { description: 'Read by the agent itself, before any module runs.' };
  for (const key of cloudInitKeys)
    fields[key] ??= { description: 'Not supported by bootagent: ignored.', deprecated: true };
  const sorted = Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://raw.githubusercontent.com/bootagent/bootagent/main/docs/schema/cloud-config.json',
    title: '#cloud-config as bootagent reads it',
    description: 'Generated from the decoders that read it. It refuses nothing that "bootagent validate" accepts.',
    type: ['object', 'null'],
    properties: sorted,
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

const scalar = ['string', 'number', 'boolean'];

function schemaOf(shape: Shape): Schema {
  switch (shape.is) {
    case 'scalar':
      return scalarSchema(shape);
    case 'list':
      return { type: 'array', items: schemaOf(shape.of) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(shape.of) };
    case 'object': {
      const properties = Object.fromEntries(Object.entries(shape.fields).map(([key, each]) => [key, schemaOf(each)]));
      const required = Object.entries(shape.fields).flatMap(([key, { is }]) =>
        is === 'optional' || is === 'renamed' ? [] : [key],
      );
      return {
        type: 'object',
        properties,
        ...(required.length > 0 && { required }),
        additionalProperties: shape.open === true,
      };
    }
    case 'either':
      return { ...(shape.says !== undefined && { description: shape.says }), anyOf: shape.of.map(schemaOf) };
    case 'optional':
      return { anyOf: [schemaOf(shape.of), { type: 'null' }], ...defaultOf(shape.fallback) };
    case 'renamed':
      return { description: `an old name for "${shape.to}"`, deprecated: true };
  }
}

function scalarSchema({ what, words, pattern, secret, credential: byName }: Shape & { is: 'scalar' }): Schema {
  // Editors read YAML 1.2 or JSON, where a word such as `off` may be a boolean or a number as well as text.
  if (what === 'true or false')
    return {
      description: what,
      anyOf: [
        { type: 'boolean' },
        { enum: [0, 1] },
        {
          type: 'string',
          pattern: '^\\s*([Tt][Rr][Uu][Ee]|[Yy][Ee][Ss]|[Oo][Nn]|1|[Ff][Aa][Ll][Ss][Ee]|[Nn][Oo]|[Oo][Ff][Ff]|0)\\s*$',
        },
      ],
    };
  if (words) return { description: what, enum: words.flatMap(alike) };
  if (pattern !== undefined) return { description: what, type: scalar, pattern };
  if (secret || byName) {
    const credential = { type: 'object', properties: { credential: { type: 'string' } }, required: ['credential'] };
    return { description: `${what}, or {credential: NAME}`, anyOf: [{ type: scalar }, credential] };
  }
  return { description: what, type: scalar };
}

/** Returns a word as text, and as the value that YAML may parse it to. */
function alike(word: string): readonly unknown[] {
  if (word === 'true' || word === 'false') return [word, word === 'true'];
  return /^\d+$/.test(word) ? [word, Number(word)] : [word];
}

const defaultOf = (fallback: unknown): Schema =>
  fallback === undefined || typeof fallback === 'symbol' ? {} : { default: fallback };
