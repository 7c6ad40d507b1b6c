import type { Evidence } from '../evidence.ts';
import { exit, type Work } from './command.ts';
import { lookingOf } from './looking.ts';

/** Says what speaks for each source here, and which would be asked. Asks nobody. */
export const run: Work['run'] = async (given, around) => {
  const { evidence } = await import('../evidence.ts');
  const looking = await lookingOf(given);
  const found = await evidence(looking);
  const named = looking.named;
  if (given.options.format === 'json') {
    const sources = found.map(({ source: { name, needs }, because, found }) => ({ name, needs, because, found }));
    around.out(`${JSON.stringify({ schema_version: 1, named, sources }, undefined, 2)}\n`);
    return exit.done;
  }
  around.out(`${linesFor(found, named, looking.host.privileged).join('\n')}\n`);
  return exit.done;
};

function linesFor(found: readonly Evidence[], named: readonly string[] | undefined, privileged: boolean): string[] {
  const width = Math.max(...found.map(({ source }) => source.name.length), 0);
  return [
    named ? `datasource_list names: ${named.join(', ')}` : 'no datasource_list: the machine alone decides',
    ...found.map(({ source, because, found: isFound }) => {
      const mark = isFound ? 'found' : because === undefined ? '-' : 'asked';
      return `  ${mark.padEnd(5)}  ${source.name.padEnd(width)}  ${because ?? 'nothing speaks for it'}`;
    }),
    ...(privileged ? [] : ['Drives were not looked at: only root may read them.']),
  ];
}
