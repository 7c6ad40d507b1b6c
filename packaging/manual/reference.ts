import { type Frequency, type Module, stages } from '../../agent/engine/module.ts';
import { agentKeys, cloudInitKeys } from '../../agent/userdata/cloud-init-keys.ts';
import type { Decode } from '../../agent/userdata/schema/decode.ts';
import type { Shape } from '../../agent/userdata/schema/shape.ts';
import { unsupportedKeys } from '../../agent/userdata/unsupported-keys.ts';
import { schedule } from '../../modules/index.ts';

const often: Readonly<Record<Frequency, string>> = {
  boot: 'at every boot',
  instance: 'once for each instance',
  image: 'once for each installed image',
};

/** Returns docs/modules.md: the settings of every module, generated from its decoders. */
export function reference(): string {
  const modules = stages.flatMap((stage) => schedule[stage].map((module) => ({ stage, module })));
  const read = new Set([...agentKeys, ...modules.flatMap(({ module }) => Object.keys(module.reads as object))]);
  const undone = cloudInitKeys.filter((key) => !read.has(key)).toSorted();
  const told = new Set<string>();
  const sections = modules.map(({ stage, module }) => sectionOf(module, stage, told));
  return `# Modules

The settings of user-data and of the image's own configuration, in the order in which they are applied. Made by
\`npm run manual\` from the declarations that read it; \`docs/schema/cloud-config.json\` says the same to editors.

${sections.join('\n')}
## Not done

These keys of cloud-init are known and not supported. \`bootagent validate\`, the plan and the status report each with its line.

| Key | Why not, and what to do |
|---|---|
${undone.map((key) => `| \`${key}\` | ${unsupportedKeys.get(key) ?? ''} |`).join('\n')}
`;
}

function sectionOf({ name, summary, every, reads, consults = [] }: Module, stage: string, told: Set<string>): string {
  const keys = Object.entries(reads as Readonly<Record<string, Decode<unknown>>>);
  const isOwn = (key: string): boolean => !told.has(key) && !consults.includes(key);
  const own = keys.filter(([key]) => isOwn(key));
  const others = keys.filter(([key]) => !isOwn(key)).map(([key]) => `\`${key}\``);
  const where = keys.every(([key]) => isOwn(key) || told.has(key)) ? 'described above' : 'described at other modules';
  for (const [key] of own) told.add(key);
  const lines = own.flatMap(([key, { shape }]) => linesOf(key, shape, ''));
  const also = others.length === 0 ? [] : [`- also reads ${others.join(', ')}, ${where}`];
  const settings = lines.length + also.length === 0 ? '' : `\n${[...lines, ...also].join('\n')}\n`;
  return `## ${name}\n\n${summary} In the stage \`${stage}\`, ${often[every]}.\n${settings}`;
}

function linesOf(key: string, shape: Shape, indent: string): readonly string[] {
  const { what, rest, inner } = wordsFor(shape);
  const told = [what, ...rest].filter(Boolean).join('; ');
  return [`${indent}- \`${key}\`: ${told}`, ...inner.flatMap(([name, each]) => linesOf(name, each, `${indent}  `))];
}

interface Words {
  readonly what: string;
  readonly rest: readonly string[];
  /** Nested settings, each listed on its own line. */
  readonly inner: readonly (readonly [string, Shape])[];
}

function wordsFor(shape: Shape): Words {
  switch (shape.is) {
    case 'scalar':
      return { what: shape.what, rest: [], inner: [] };
    case 'list': {
      const { what, rest, inner } = wordsFor(shape.of);
      return { what: `a list, each ${what}`, rest, inner };
    }
    case 'map': {
      const { what, rest, inner } = wordsFor(shape.of);
      return { what: `a mapping from names, each to ${what}`, rest, inner };
    }
    case 'object':
      return { what: 'a mapping', rest: [], inner: Object.entries(shape.fields) };
    case 'either': {
      const each = shape.of.map(wordsFor);
      return {
        what: shape.says ?? [...new Set(each.map(({ what }) => what))].join(', or '),
        rest: each.flatMap(({ rest }) => rest),
        inner: [...new Map(each.flatMap(({ inner }) => inner))],
      };
    }
    case 'optional': {
      const { what, rest, inner } = wordsFor(shape.of);
      const fallback = fallbackOf(shape.fallback);
      return { what, rest: fallback === undefined ? rest : [...rest, `${fallback} unless given`], inner };
    }
    case 'renamed':
      return { what: `an old name for \`${shape.to}\``, rest: [], inner: [] };
  }
}

function fallbackOf(value: unknown): string | undefined {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return undefined;
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
