import { mapOf } from '../../agent/base/map-of.ts';
import type { Note } from '../../agent/engine/change.ts';

const call =
  /(?:^|[\n;&|({`!]|\b(?:then|do|else|if|while|until|sudo)\s)[ \t]*(["']?)((?:\/usr)?(?:\/s?bin\/)?cloud-init(?:-per)?)\1(?=\s|$|;)/g;
const answered = /^\s+(?:status|query|clean|schema|collect-logs|analyze|--help|-h|--version|-v)(?=\s|$|;)/;

/** Returns the cloud-init programs that a shell script calls and bootagent does not provide, such as "cloud-init-per". */
export const cloudInitCalls = (script: string): readonly string[] => [
  ...new Set(
    [...withoutComments(script).matchAll(call)].flatMap(({ 0: all, 2: program = '', index, input }) => {
      const isAnswered = program.endsWith('cloud-init') && answered.test(input.slice(index + all.length));
      return isAnswered ? [] : [program.slice(program.lastIndexOf('/') + 1)];
    }),
  ),
];

const withoutComments = (script: string): string => script.replace(/(?<=^|\s)#.*$/gm, '');

/** Returns one note for each such program. */
export const cloudInitCallNotes = (script: string): readonly Note[] =>
  cloudInitCalls(script).map((program) => ({
    level: 'warning',
    code: 'unsupported',
    text: `calls "${program}", which bootagent does not have; ${instead.get(program) ?? instead.get('cloud-init')}`,
  }));

const instead = mapOf({
  'cloud-init-per': 'the package bootagent-compat has it; runcmd runs once for each instance, bootcmd at each boot',
  'cloud-init': 'the package bootagent-compat answers status, query, clean, schema, collect-logs and analyze',
});
