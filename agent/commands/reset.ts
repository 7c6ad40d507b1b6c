import { exit } from '../base/exit-codes.ts';
import { ownPaths } from '../base/own-paths.ts';
import { Problem } from '../base/problem.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { banners } from '../report/publish.ts';
import { home } from '../state/folder-store.ts';
import { lock } from '../state/lock.ts';
import type { Work } from './command.ts';
import { formatCommand } from './format-command.ts';
import { machineOf } from './machine.ts';

export const run: Work['run'] = async (given, { out }) => {
  const host = machineOf(given);
  if (!host.privileged && !host.offline) throw new Problem('needs-root', 'Only root may make this machine forget');
  const sure = given.options.yes !== undefined;
  // Takes the lock before listing the state: a boot in progress may still write to it.
  const release = sure ? await lock(host.root, 'refuse') : () => {};
  try {
    const gone = (await host.list(home)).filter((name) => name !== 'fresh');
    if (given.options.format === 'json') out(`${JSON.stringify({ schema_version: 1, forgets: gone, done: sure })}\n`);
    else {
      for (const name of gone) out(`  - ${home}/${name}\n`);
      const told = `Nothing was changed. To do it: ${formatCommand('reset', { ...given.options, yes: '' })}\n`;
      out(sure ? 'The next boot will be a first boot.\n' : told);
    }
    if (sure) await forget(gone, host);
  } finally {
    release();
  }
  return exit.done;
};

async function forget(gone: readonly string[], host: Host): Promise<void> {
  for (const name of gone) files.remove(host.root, `${home}/${name}`);
  files.writeFile(host.root, `${home}/fresh`, '', { mode: 0o600 });
  for (const name of await host.list(ownPaths.runtime))
    if (name !== 'lock') files.remove(host.root, `${ownPaths.runtime}/${name}`);
  for (const path of banners) if (await host.stat(path)) files.remove(host.root, path);
}
