import { exit } from '../base/exit-codes.ts';
import { parsedJson } from '../base/parsed-json.ts';
import { printable } from '../base/printable.ts';
import type { Problem } from '../base/problem.ts';
import { hidden } from '../base/shown-url.ts';
import { admittedBy } from '../config/admit-user-data.ts';
import { layerFiles, readLayers } from '../config/layers.ts';
import { readSettings } from '../config/settings.ts';
import { userDataPolicy } from '../config/user-data-policy.ts';
import { noInstance } from '../metadata/datasource.ts';
import { redactor } from '../report/redact.ts';
import { styleOf, type TextLine, terminalText } from '../report/terminal-text.ts';
import { folderStore } from '../state/folder-store.ts';
import { openState } from '../state/state.ts';
import { decodeFields } from '../userdata/schema/decode.ts';
import { isPrivateFile, isSecretKey, publicNames } from '../userdata/schema/secret-keys.ts';
import { type Mapping, type SourceNode, told } from '../userdata/schema/source-node.ts';
import type { Work } from './command.ts';
import { fileNamed, inputOf } from './input.ts';
import { machineOf } from './machine.ts';

export const run: Work['run'] = async (given, around) => {
  const host = machineOf(given);
  const path = given.options['user-data'];
  const problems: Problem[] = [];
  const files = await layerFiles(host);
  const layers = await readLayers(files, (problem) => problems.push(problem));
  const remembered = host.privileged ? await instanceIn(host.root) : undefined;
  const instance =
    path === undefined
      ? remembered
      : { ...noInstance, userData: await inputOf('--user-data', path, around), userDataFile: fileNamed(path) };
  const policy = await userDataPolicy(files, host, (problem) => problems.push(problem));
  const admitted = admittedBy(policy, instance, host.clock());
  const read = await readSettings(admitted.instance, layers, { policy });
  const { config } = read;
  const findings = [...admitted.findings, ...read.findings];
  const secrets = await secretsOf(config, around.schedule);
  const open = given.options['show-secrets'] !== undefined;
  const rows = open ? rowsOf(config, '') : secrets.clean(rowsOf(config, '', secrets.clean));
  if (given.options.format === 'json')
    around.out(`${printable(JSON.stringify({ schema_version: 1, values: rows }, undefined, 2))}\n`);
  else (around.styled ?? around.out)(terminalText(rows.map(lineOf), styleOf(around)));
  for (const problem of problems) around.err(`${printable(problem.message)}\n`);
  for (const { level, place, message } of findings)
    around.err(`${printable(`${told(place)}: ${level}: ${secrets.clean(message)}`)}\n`);
  return problems.length > 0 || findings.some(({ level }) => level === 'error') ? exit.badInput : exit.done;
};

async function instanceIn(root: string) {
  const { fromJson } = await import('../identity/instance-json.ts');
  const text = openState(folderStore(root)).instance();
  return text === undefined ? undefined : fromJson(parsedJson(text));
}

/** Returns a redactor with the values that the modules declare as secret. Values under secret keys are hidden by `rowsOf`. */
async function secretsOf(config: Mapping, schedule: Parameters<Work['run']>[1]['schedule']) {
  const secrets = redactor();
  const silent = { error: () => {}, warning: () => {}, secret: secrets.add };
  secrets.exempt(publicNames(config));
  for (const module of Object.values(await schedule()).flat()) decodeFields(module.reads, config, '', silent);
  return secrets;
}

function lineOf({ key, value, from }: Row): TextLine {
  const part = `# ${from}`;
  return { text: `${`${key}: ${value}`.padEnd(48)} ${part}`, tone: 'faint', part };
}

type Row = { readonly key: string; readonly value: string; readonly from: string };

function rowsOf(written: SourceNode, at: string, hide?: (text: string) => string): readonly Row[] {
  if (written.is === 'mapping' && written.entries.size > 0) {
    return [...written.entries].flatMap(([key, { value }]) => {
      const below = at === '' ? key : `${at}.${key}`;
      const rows = rowsOf(value, below, hide);
      return hide && key === 'content' && isPrivateFile(written)
        ? rows.map((row) => ({ ...row, value: hidden }))
        : rows;
    });
  }
  if (written.is === 'list' && written.items.length > 0) {
    return written.items.flatMap((each, index) => rowsOf(each, `${at}[${index}]`, hide));
  }
  // Redacts before quoting: JSON escapes would change the text of a secret.
  const plain =
    written.is === 'scalar' ? JSON.stringify(hide?.(written.raw) ?? written.raw) : written.is === 'list' ? '[]' : '{}';
  const value = hide && isSecretKey(at) ? hidden : plain;
  return at === '' ? [] : [{ key: at, value, from: told(written.place) }];
}
