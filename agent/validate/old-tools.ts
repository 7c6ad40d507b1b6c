import { mapOf } from '../base/map-of.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { type At, type Lines, placeWithin, scalarsIn } from './walk-scalars.ts';

/** Tools of older systems, and their replacements. */
const tools = mapOf({
  chkconfig: 'systemctl enable',
  service: 'systemctl',
  ifconfig: 'ip address',
});

const inText = new RegExp(`(?:^|[;&|(]|\\b(?:then|do|else)\\s)\\s*(${[...tools.keys()].join('|')})\\s`, 'gm');

/** Reports tools of older systems in `bootcmd` and `runcmd`, each once per item. */
export function oldTools(config: Mapping, texts: Lines): readonly Finding[] {
  const commands = scalarsIn(config).filter(({ at }) => /^(?:boot|run)cmd\[\d+\](?:\[0\])?$/.test(at));
  return commands.flatMap((command) =>
    toolsIn(command).map((tool) => ({
      level: 'warning',
      code: 'legacy-command',
      at: command.at.replace(/(?<=\])\[0\]$/, ''),
      place: placeWithin(command.scalar, tool, texts),
      message: `guests of today have no "${tool}": what took its place is run where it is missing`,
      hint: `write "${tools.get(tool)}"`,
    })),
  );
}

function toolsIn({ at, scalar: { raw: words } }: At): readonly string[] {
  if (at.endsWith('][0]')) return tools.has(words) ? [words] : [];
  return [...new Set([...words.matchAll(inText)].map(([, tool = '']) => tool))];
}
