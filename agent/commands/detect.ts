import { exit } from '../base/exit-codes.ts';
import type { Detection } from '../identity/detect.ts';
import type { SelectContext } from '../identity/select-datasource.ts';
import type { Datasource } from '../metadata/datasource.ts';
import { styleOf, type TextLine, terminalText } from '../report/terminal-text.ts';
import type { Work } from './command.ts';
import { detectContextOf } from './detect-context.ts';

/** Prints what was detected of each datasource, and which of them a boot would request. Makes no request itself. */
export const run: Work['run'] = async (given, around) => {
  const { detection: evidence, mostNamed, unknownNames } = await import('../identity/detect.ts');
  const context = await detectContextOf(given);
  const found = await evidence({ ...context, failed: (sentence) => around.err(`bootagent: ${sentence}\n`) });
  const named = context.named;
  if (given.options.format === 'json') {
    const sources = found.map(({ source: { name, needs, silent }, because, found }) => ({
      name,
      needs,
      because,
      found,
      ...(silent && { done: false }),
    }));
    around.out(`${JSON.stringify({ schema_version: 1, named, sources }, undefined, 2)}\n`);
    return exit.done;
  }
  const lines = linesFor(found, context, unknownNames(context), mostNamed);
  (around.styled ?? around.out)(terminalText(lines, styleOf(around)));
  return exit.done;
};

/** Returns the lines of the text format. */
export function linesFor(
  found: readonly Detection[],
  context: Pick<SelectContext, 'named' | 'host'>,
  mistakes: readonly string[],
  mostNamed: number,
): readonly TextLine[] {
  const { named, host } = context;
  const width = Math.max(...found.map(({ source }) => source.name.length), 0);
  const silent = found
    .filter(({ source, because }) => because === undefined && source.name !== 'none')
    .map(({ source }) => source.name);
  return [
    paragraph(named ? `datasource_list names: ${named.join(', ')}` : 'no datasource_list: the machine alone decides'),
    ...mistakes.map((mistake): TextLine => ({ text: `  ${mistake}`, tone: 'warning', indent: 4 })),
    ...found.flatMap(({ source, because, found: isFound }) =>
      because === undefined ? [] : [rowOf(source, because, isFound, width)],
    ),
    ...(silent.length > 0 ? [paragraph(`Not detected: ${silent.join(', ')}.`)] : []),
    paragraph(whatFollows(found, named, mostNamed)),
    ...(host.privileged ? [] : [paragraph('Drives were not read: that needs root.')]),
  ];
}

const paragraph = (text: string): TextLine => ({ text, indent: 0 });

function rowOf(source: Datasource, because: string, found: boolean, width: number): TextLine {
  const part = found ? 'found' : 'asked';
  const head = `  ${part}  ${source.name.padEnd(width)}  `;
  const tone = found ? 'good' : 'strong';
  return { text: `${head}${because}${unlessDone(source)}`, tone, part, indent: head.length };
}

const unlessDone = ({ silent }: Datasource): string => (silent ? ' (not supported by bootagent: it is not asked)' : '');

/** Returns a sentence on the requests of a boot: drives before the network, or the reason why there are none. */
function whatFollows(found: readonly Detection[], named: readonly string[] | undefined, mostNamed: number): string {
  const likely = found.filter(
    ({ source, because }) => because !== undefined && source.name !== 'none' && !source.silent,
  );
  const inOrder = ['disk', 'network'].flatMap((needs) => likely.filter(({ source }) => source.needs === needs));
  if (inOrder.length > 0) return `A boot asks ${inOrder.map(({ source }) => source.name).join(', then ')}.`;
  const nobody = 'A boot asks no datasource and uses only the settings of the image';
  if (named === undefined) return `${nobody}. A service is asked where firmware shows it or datasource_list names it.`;
  return named.length > mostNamed ? `${nobody}: a list of more than ${mostNamed} names only limits.` : `${nobody}.`;
}
