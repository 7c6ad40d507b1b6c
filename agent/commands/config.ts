import { exit } from '../base/exit-codes.ts';
import type { Problem } from '../base/problem.ts';
import { layerFiles, readLayers } from '../config/layers.ts';
import { readSettings } from '../config/settings.ts';
import { noInstance } from '../metadata/datasource.ts';
import { hidden, redactor } from '../report/redact.ts';
import { folderStore } from '../state/folder-store.ts';
import { openState } from '../state/state.ts';
import { decodeFields } from '../userdata/schema/decode.ts';
import { type Mapping, type SourceNode, told } from '../userdata/schema/source-node.ts';
import type { Work } from './command.ts';
import { fileNamed, inputOf } from './input.ts';
import { machineOf } from './machine.ts';

export const run: Work['run'] = async (given, around) => {
  const host = machineOf(given);
  const path = given.options['user-data'];
  const problems: Problem[] = [];
  const layers = await readLayers(await layerFiles(host), (problem) => problems.push(problem));
  const remembered = host.privileged ? await instanceIn(host.root) : undefined;
  const instance =
    path === undefined
      ? remembered
      : { ...noInstance, userData: await inputOf('--user-data', path, around), userDataFile: fileNamed(path) };
  const { config, findings } = await readSettings(instance, layers);
  const secrets = await secretsOf(config, around.schedule);
  const rows = secrets.clean(rowsOf(config, ''));
  if (given.options.format === 'json') out(JSON.stringify({ schema_version: 1, values: rows }, undefined, 2));
  else for (const { key, value, from } of rows) out(`${`${key}: ${value}`.padEnd(48)} # ${from}`);
  for (const problem of problems) around.err(`${problem.message}\n`);
  for (const { level, place, message } of findings) around.err(`${told(place)}: ${level}: ${message}\n`);
  return problems.length > 0 || findings.some(({ level }) => level === 'error') ? exit.badInput : exit.done;

  function out(text: string): void {
    around.out(`${text}\n`);
  }
};

async function instanceIn(root: string) {
  const { fromJson } = await import('../identity/instance-json.ts');
  const text = openState(folderStore(root)).instance();
  return text === undefined ? undefined : fromJson(JSON.parse(text));
}

/** What the modules' own declarations call secret is not printed either. */
async function secretsOf(config: Mapping, schedule: Parameters<Work['run']>[1]['schedule']) {
  const secrets = redactor();
  const silent = { error: () => {}, warning: () => {}, secret: secrets.add };
  for (const module of Object.values(await schedule()).flat()) decodeFields(module.reads, config, '', silent);
  return secrets;
}

/** What sounds like a secret is one, also where no module reads it or its entry is wrong. */
const isTelling = (key: string): boolean =>
  /passw|secret|token|private|credential/i.test(key) && !/\.(name|type|expire|lock_passwd)$/.test(key);

function rowsOf(written: SourceNode, at: string): { key: string; value: string; from: string }[] {
  if (written.is === 'mapping' && written.entries.size > 0) {
    return [...written.entries].flatMap(([key, { value }]) => rowsOf(value, at === '' ? key : `${at}.${key}`));
  }
  if (written.is === 'list' && written.items.length > 0) {
    return written.items.flatMap((each, index) => rowsOf(each, `${at}[${index}]`));
  }
  const value = isTelling(at)
    ? hidden
    : written.is === 'scalar'
      ? JSON.stringify(written.raw)
      : written.is === 'list'
        ? '[]'
        : '{}';
  return at === '' ? [] : [{ key: at, value, from: told(written.place) }];
}
