import { nearest } from '../base/nearest.ts';
import { Problem } from '../base/problem.ts';
import type { Command, Invocation } from './command.ts';

/** Parses a command line by the table of commands. An unknown name is refused, with the nearest known one. */
export function parseArguments(
  argv: readonly string[],
  commands: readonly Command[],
): { readonly command: Command; readonly given: Invocation } {
  const [name = '', ...rest] = argv;
  const command = commands.find((each) => each.name === name);
  if (!command && name.startsWith('-')) {
    const meant = /^-v$/i.test(name) ? '--version' : name;
    throw unknown('option', name, ['--help', '--version'], 'See "bootagent --help".', meant);
  }
  if (!command) {
    const names = commands.map((each) => each.name);
    throw unknown('command', name, names, 'See "bootagent --help".');
  }
  const hint = `See "bootagent ${name} --help".`;
  const args: string[] = [];
  const options: Record<string, string> = {};
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (word === '--') {
      args.push(...rest.slice(index + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    if (!word.startsWith('--')) {
      throw unknown('option', word, [], hint);
    }
    const [key, value] = split(word.slice(2));
    const option = command.options.find((each) => each.name === key);
    if (!option) {
      const names = command.options.map((each) => `--${each.name}`);
      throw unknown('option', `--${key}`, names, hint);
    }
    if (option.value === undefined && value !== undefined) {
      throw new Problem('bad-invocation', `--${key} takes no value`, { hint });
    }
    const taken = option.value === undefined ? '' : (value ?? rest[++index]);
    // An empty value is usually an unset variable of a script, and --root "" must not mean the current directory.
    if (taken === undefined || (taken === '' && option.value !== undefined))
      throw new Problem('bad-invocation', `--${key} needs a value: ${option.value}`, { hint });
    if (option.values && !option.values.includes(taken)) throw unknown(key, taken, option.values, '');
    if (option.value !== undefined && Object.hasOwn(options, key)) {
      throw new Problem('bad-invocation', `--${key} is given more than once`, { hint });
    }
    options[key] = taken;
  }
  if (command.takes === undefined && args.length > 0) {
    throw new Problem('bad-invocation', `bootagent ${name} takes no "${args[0]}"`, { hint });
  }
  return { command, given: { args, options } };
}

function split(word: string): [string, string | undefined] {
  const equals = word.indexOf('=');
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** Returns the problem of an unknown name, with the one that was probably meant. */
export function unknown(
  what: string,
  name: string,
  names: readonly string[],
  otherwise: string,
  meant: string = name,
): Problem {
  const near = names.includes(meant) ? meant : nearest(meant, names);
  return new Problem('bad-invocation', `There is no ${what} "${name}"`, {
    hint: near === undefined ? otherwise || `There are: ${names.join(', ')}.` : `Did you mean "${near}"?`,
  });
}
