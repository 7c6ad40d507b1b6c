import { exit } from '../base/exit-codes.ts';
import { ownPaths } from '../base/own-paths.ts';
import { printable } from '../base/printable.ts';
import { Problem } from '../base/problem.ts';
import type { Layer } from '../config/layers.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { migrated } from '../image/migrate.ts';
import { redactor } from '../report/redact.ts';
import { publicNames, secretTexts } from '../userdata/schema/secret-keys.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';

export const run: Work['run'] = async (given, around) => {
  const host = machineOf(given);
  const folder = given.args[0] ?? '/etc/cloud';
  const found = await cloudFiles(folder, host);
  const schedule = await around.schedule();
  if (given.options.write === undefined) {
    const open = given.options['show-secrets'] !== undefined;
    const { text, keys } = await migrated(found, schedule, open ? undefined : withoutSecrets());
    const document = { schema_version: 1, keys, text };
    around.out(printable(given.options.format === 'json' ? `${JSON.stringify(document, undefined, 2)}\n` : text));
    return exit.done;
  }
  if (!host.privileged && !host.offline) throw new Problem('needs-root', 'Only root may write the image configuration');
  const path = `${ownPaths.imageConfigFolder}/50-cloud-init.yaml`;
  if ((await host.stat(path)) && given.options.force === undefined)
    throw new Problem('bad-input', `${path} exists already`, { hint: 'Use --force to replace it.' });
  files.writeFile(host.root, path, (await migrated(found, schedule)).text, { mode: 0o600 });
  const asJson = given.options.format === 'json';
  around.out(asJson ? `${JSON.stringify({ schema_version: 1, written: path })}\n` : `${path}: written\n`);
  return exit.done;
};

/** Returns a function that hides the secrets of a configuration in a text. */
function withoutSecrets(): (text: string, config: Mapping) => string {
  const secrets = redactor();
  return (text, config) => {
    secrets.exempt(publicNames(config));
    for (const each of secretTexts(config)) secrets.add(each);
    return secrets.clean(text);
  };
}

/** Returns cloud.cfg and its drop-ins, least important first. */
async function cloudFiles(folder: string, host: Host): Promise<readonly Layer[]> {
  const drops = (await host.list(`${folder}/cloud.cfg.d`)).filter((name) => name.endsWith('.cfg')).toSorted();
  const paths = [`${folder}/cloud.cfg`, ...drops.map((name) => `${folder}/cloud.cfg.d/${name}`)];
  const read = await Promise.all(paths.map(async (path) => ({ path, text: await host.readText(path) })));
  const found = read.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
  if (found.length === 0)
    throw new Problem('bad-input', `${folder}: has neither cloud.cfg nor cloud.cfg.d/*.cfg`, {
      hint: 'Give the folder of the configuration of cloud-init.',
    });
  return found;
}
