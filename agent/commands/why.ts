import { parsedJson } from '../base/parsed-json.ts';
import { bootStateOf, standingOf } from '../boot/standing.ts';
import type { Host } from '../host/host.ts';
import { redactor } from '../report/redact.ts';
import { type Cause, causesOf, noticeLines, type SourceLine, whyLines } from '../report/why.ts';
import { folderStore } from '../state/folder-store.ts';
import { isSecretKey, publicNames, secretTexts, textsOf, withoutSecretValues } from '../userdata/schema/secret-keys.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';
import { exitOf } from './status.ts';

/** Prints why the boot failed: the cause, the line that requests it, and what to do. */
export const run: Work['run'] = async (given, { out }) => {
  const host = machineOf(given);
  const standing = await standingOf(host);
  const { summary, units } = standing;
  const state = bootStateOf(standing);
  const causes = summary ? causesOf(summary) : [];
  const source = causes[0]?.place === undefined ? undefined : await sourceLine(causes[0], host);
  if (given.options.format === 'json') {
    const [first, ...more] = causes;
    const shown = first ? [{ ...first, ...(source && { source }) }, ...more] : [];
    const notes = summary?.notes ?? [];
    out(
      `${JSON.stringify({ schema_version: 1, state, causes: shown, notes, never_ran: units.neverRan }, undefined, 2)}\n`,
    );
    return exitOf(state);
  }
  const lines = summary ? whyLines({ ...summary, state: summary.state }, source) : [];
  if (lines.length > 0) out(`${lines.join('\n')}\n`);
  else out(`${noticeLines(healthLines(state, units.neverRan), summary?.notes ?? []).join('\n')}\n`);
  return exitOf(state);
};

const healthLines = (state: string, neverRan: readonly string[]): string[] =>
  neverRan.length > 0
    ? [...neverRan, 'fix      look for "ordering cycle" in journalctl --boot _PID=1; then: bootagent run']
    : [
        { done: 'Nothing failed.', running: 'Nothing failed so far; still running: bootagent status' }[state] ??
          `state    ${state}: bootagent status`,
      ];

/** Returns the line of the user-data that a place names; only root may read it. */
async function sourceLine({ place = '', at }: Cause, host: Host): Promise<SourceLine | undefined> {
  const [, source = '', line = '', column = ''] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
  // The line of a wrong secret may contain the secret itself.
  if ((!host.privileged && !host.offline) || isSecretKey(at)) return undefined;
  const { fromJson } = await import('../identity/instance-json.ts');
  // Where it is damaged, only the place is shown.
  const instance = fromJson(parsedJson(folderStore(host.root).read('instance.json') ?? ''));
  if (!instance?.userData) return undefined;
  const { readUserData } = await import('../userdata/read-user-data.ts');
  const { sources, config } = await readUserData(instance.userData, { source: 'user-data' });
  const text = sources.get(source)?.split(/\r?\n/)[Number(line) - 1];
  if (text === undefined) return undefined;
  const { add, exempt, clean } = redactor((secret) => '*'.repeat(secret.length));
  exempt(publicNames(config));
  const { secretsIn } = await import('../../modules/commands/secrets-in-commands.ts');
  for (const each of [...secretTexts(config), ...secretsIn([...textsOf(config), text])]) add(each);
  return { source, line: Number(line), column: Number(column), text: clean(withoutSecretValues(text)) };
}
