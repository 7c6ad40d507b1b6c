import { exit } from '../base/exit-codes.ts';
import { formerCodes, problemCodes } from '../base/problem.ts';
import type { Work } from './command.ts';
import { unknown } from './parse.ts';

export const run: Work['run'] = async ({ args, options }, { out }) => {
  const wanted = args.length === 0 ? Object.keys(problemCodes) : args;
  const explained = wanted.map((name) => {
    const code = formerCodes.get(name) ?? name;
    const found = Object.entries(problemCodes).find(([each]) => each === code);
    if (!found) throw unknown('problem code', code, Object.keys(problemCodes), 'See "bootagent explain".');
    return { code, ...found[1] };
  });
  if (options.format === 'json') out(`${JSON.stringify({ schema_version: 1, codes: explained }, undefined, 2)}\n`);
  else out(explained.map(({ code, means, fix }) => `${code}\n  ${means}\n  Fix: ${fix}\n`).join('\n'));
  return exit.done;
};
