import { exit } from '../base/exit-codes.ts';
import type { Detection } from '../identity/detect.ts';
import type { SelectContext } from '../identity/select-datasource.ts';
import type { Datasource } from '../metadata/datasource.ts';
import { styleOf, type TextLine, terminalText } from '../report/terminal-text.ts';
import type { Work } from './command.ts';
import { detectContextOf } from './detect-context.ts';

/** Prints what was detected of each datasource, and which of them a boot would request. Makes no request itself. */
export const run: Work['run'] = async (given, around) => {
  const { detection, mostNamed, unknownNames } = await import('../identity/detect.ts');
  const context = await detectContextOf(given);
  const found = await detection({ ...context, failed: (sentence) => around.err(`bootagent: ${sentence}\n`) });
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
  unknown: readonly string[],
  mostNamed: number,
): readonly TextLine[] {
  const { named, host } = context;
  const width = Math.max(...found.map(({ source }) => source.name.length), 0);
  const undetected = found
    .filter(({ source, because }) => because === undefined && source.name !== 'none')
    .map(({ source }) => source.name);
  return [
    paragraph(named ? `datasource_list names: ${named.join(', ')}` : 'no datasource_list: only detection decides'),
    ...unknown.map((text): TextLine => ({ text: `  ${text}`, tone: 'warning', indent: 4 })),
    ...found.flatMap(({ source, because, found: isFound }) =>
      because === undefined ? [] : [rowOf(source, because, isFound, width)],
    ),
    ...(undetected.length > 0 ? [paragraph(`Not detected: ${undetected.join(', ')}.`)] : []),
    paragraph(requestsOf(found, named, mostNamed)),
    ...(host.privileged ? [] : [paragraph('Drives were not read: that needs root.')]),
  ];
}

const paragraph = (text: string): TextLine => ({ text, indent: 0 });

function rowOf(source: Datasource, because: string, found: boolean, width: number): TextLine {
  const part = found ? 'found' : 'named';
  const head = `  ${part}  ${source.name.padEnd(width)}  `;
  const tone = found ? 'good' : 'strong';
  return { text: `${head}${because}${supportNote(source)}`, tone, part, indent: head.length };
}

const supportNote = ({ silent }: Datasource): string =>
  silent ? ' (not supported by bootagent: no request is sent)' : '';

/** Returns a sentence about the requests of a boot, drives first, or the reason why there are none. */
function requestsOf(found: readonly Detection[], named: readonly string[] | undefined, mostNamed: number): string {
  const likely = found.filter(
    ({ source, because }) => because !== undefined && source.name !== 'none' && !source.silent,
  );
  const inOrder = ['disk', 'network'].flatMap((needs) => likely.filter(({ source }) => source.needs === needs));
  if (inOrder.length > 0) return `A boot queries ${inOrder.map(({ source }) => source.name).join(', then ')}.`;
  const none = 'A boot queries no datasource and uses only the settings of the image';
  if (named === undefined) return `${none}. A service is queried if the firmware shows it or datasource_list names it.`;
  return named.length > mostNamed
    ? `${none}: a list of more than ${mostNamed} names only limits the datasources.`
    : `${none}.`;
}
