import { exit } from '../base/exit-codes.ts';
import { Problem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';
import { styleOf } from '../report/terminal-text.ts';
import { countsOf, github, plain, renderText } from '../validate/render.ts';
import { sarif } from '../validate/sarif.ts';
import { type ValidationResult, validate } from '../validate/validate.ts';
import type { Work } from './command.ts';
import { inputOf } from './input.ts';

export const run: Work['run'] = async ({ args, options }, around) => {
  if (args.length === 0) {
    throw new Problem('bad-invocation', 'validate needs a file', { hint: 'Use "-" for standard input.' });
  }
  const schedule = await around.schedule();
  const verdicts: Judged[] = [];
  for (const file of args) {
    const source = file === '-' ? 'standard input' : file;
    const bytes = await inputOf('', file, around);
    const what = options['image-config'] !== undefined || isImageConfig(file) ? 'image' : 'user-data';
    const empty = Buffer.from(bytes).toString().trim() === '';
    const template = options.template !== undefined;
    const result = await validate(bytes, source, schedule, what, { template });
    verdicts.push({ file: source, empty, ...result });
  }
  show(verdicts, options.format, around);
  const strict = options.strict !== undefined;
  const wrong = verdicts.some(({ findings }) => findings.some(({ level }) => strict || level === 'error'));
  return wrong ? exit.badInput : exit.done;
};

/** Returns whether the agent reads this file as configuration of the image, in an image tree too. */
const isImageConfig = (path: string): boolean =>
  /(?:^|\/)(?:usr\/lib|etc|run)\/bootagent\/(?:bootagent|conf\.d\/[^/]+)\.ya?ml$/.test(path);

type Judged = ValidationResult & { readonly file: string; readonly empty: boolean };

function show(verdicts: readonly Judged[], format: string | undefined, io: Io): void {
  const { version, out, err, styled: shown = out } = io;
  if (format === 'json') {
    const files = verdicts.map(({ file, empty, findings }) => ({ file, empty, findings: findings.map(plain) }));
    out(`${JSON.stringify({ schema_version: 1, files }, undefined, 2)}\n`);
    return;
  }
  if (format === 'sarif') {
    out(sarif(verdicts, version));
    return;
  }
  for (const verdict of verdicts) {
    if (format === 'github') out(github(verdict));
    else shown(renderText(verdict, styleOf(io)));
    const [first] = verdict.findings;
    const more = first ? `; more: "bootagent explain ${first.code}"` : '';
    const empty = verdict.empty ? ', it is empty' : '';
    err(`${verdict.file}: ${countsOf(verdict.findings)}${empty}${more}\n`);
  }
}
