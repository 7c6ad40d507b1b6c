import { exit } from '../base/exit-codes.ts';
import { parsedJson } from '../base/parsed-json.ts';
import { Problem } from '../base/problem.ts';
import type { Host } from '../host/host.ts';
import { fromJson } from '../identity/instance-json.ts';
import { publicPath, valueAt, variablesOf } from '../identity/variables.ts';
import { policyOf } from '../metadata/backoff.ts';
import type { Instance } from '../metadata/datasource.ts';
import { retryingClient } from '../metadata/retrying-client.ts';
import { folderStore } from '../state/folder-store.ts';
import type { Invocation, Work } from './command.ts';
import { machineOf } from './machine.ts';

/** Prints a value of the instance as it was last fetched; for root, a value that was not fetched is requested now. */
export const run: Work['run'] = async (given, { out, err }) => {
  const [path = '', ...more] = given.args;
  const { template } = given.options;
  if (template !== undefined && given.args.length > 0)
    throw new Problem('bad-invocation', `query takes a path or --template, and got "${path}" with --template`);
  if (more.length > 0) throw new Problem('bad-invocation', `query takes one path, and got ${given.args.length}`);
  const host = machineOf(given);
  const { instance, variables } = await known(host);
  if (template !== undefined) {
    out(`${await rendered(template, variables, err)}\n`);
    return exit.done;
  }
  const kept = valueAt(variables, path) ?? (instance && dataNames.includes(path) ? '' : undefined);
  const value = kept ?? (instance && (await asked(instance, path, given, host)));
  if (value === undefined) {
    throw new Problem('bad-input', `There is no "${path}" in what is known of this instance`, {
      hint: '"bootagent query" prints all that there is.',
    });
  }
  if (given.options['list-keys'] !== undefined) {
    const keys = keysOf(value, path);
    out(given.options.format === 'json' ? `${JSON.stringify({ schema_version: 1, path, keys })}\n` : lines(keys));
  } else if (given.options.format === 'json')
    out(`${JSON.stringify({ schema_version: 1, path, value }, undefined, 2)}\n`);
  else out(typeof value === 'string' ? `${value}\n` : `${JSON.stringify(value, undefined, 2)}\n`);
  return exit.done;
};

/** The values that are empty, not unknown, where the instance has none. */
const dataNames = ['userdata', 'vendordata'];

const lines = (texts: readonly string[]): string => texts.map((each) => `${each}\n`).join('');

function keysOf(value: unknown, path: string): readonly string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return members.map(([name]) => name).toSorted();
  }
  throw new Problem(
    'bad-input',
    `The value of "${path}" has no keys: it is ${Array.isArray(value) ? 'a list' : 'no mapping'}`,
    {
      hint: `"bootagent query ${path}" prints it.`,
    },
  );
}

/** Returns a rendered Jinja template, and reports the variables without a value. */
async function rendered(template: string, variables: unknown, err: (text: string) => void): Promise<string> {
  const { render } = await import('../userdata/jinja/render.ts');
  const { text, missing, error } = render(template, variables as Readonly<Record<string, unknown>>);
  if (error) throw new Problem('bad-input', `--template, line ${error.line}: ${error.message}`);
  for (const { name, line } of missing) err(`--template, line ${line}: "${name}" has no value\n`);
  return text;
}

/** Returns the instance itself for root, and its public variables for other users. */
async function known(host: Host): Promise<{ readonly instance?: Instance; readonly variables: unknown }> {
  if (host.privileged || host.offline) {
    // Where it is damaged, a later boot fetches it again.
    const instance = fromJson(parsedJson(folderStore(host.root).read('instance.json') ?? ''));
    if (instance) return { instance, variables: variablesOf(instance) };
  } else {
    const variables = parsedJson((await host.readText(publicPath)) ?? '');
    if (variables !== undefined) return { variables };
  }
  throw new Problem('not-possible', 'No instance is known on this machine', {
    hint: 'See "bootagent status" and "bootagent detect".',
  });
}

/**
 * Requests one more value from the datasource, by its path: below `ds.meta_data`, or the zone and region at the source's own
 * path.
 */
async function asked(instance: Instance, path: string, given: Invocation, host: Host): Promise<string | undefined> {
  const names = namesOf(path);
  const { datasources } = await import('../datasources/index.ts');
  const source = datasources.find((each) => each.name.startsWith(instance.datasource) && each.value !== undefined);
  if (names.length === 0 || !source?.value) return undefined;
  const { detectContextOf } = await import('./detect-context.ts');
  const { facts, settings, deadline, note } = await detectContextOf(given);
  const own = settings[source.alias] ?? {};
  const trying = retryingClient({ host, policy: policyOf(own), deadline, note });
  for (const name of names) {
    const value = await source.value({ host, facts, settings: own, deadline, client: trying, note }, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Returns the names that a source may use for the value at a path: with dashes, which templates write as underscores, or as
 * written.
 */
function namesOf(path: string): readonly string[] {
  const [, below] = /^ds\.meta_data\.(.+)$/.exec(path) ?? [];
  const [, common = ''] = /^(?:v1\.)?(availability_zone|region)$/.exec(path) ?? [];
  const name = below?.replaceAll('.', '/') ?? (common && `placement/${common}`);
  return [...new Set([name.replaceAll('_', '-'), name])].filter((each) => each !== '');
}
