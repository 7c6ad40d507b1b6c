import { ownPaths } from '../base/own-paths.ts';
import type { Account } from '../facts/facts.ts';
import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';

const configs = [
  '/etc/cloud/cloud.cfg',
  '/etc/cloud/cloud.cfg.d/*.cfg',
  ownPaths.imageConfig,
  `${ownPaths.imageConfigFolder}/*.yaml`,
];
/** The names that distributions give to the user that a first boot creates. */
const usual = ['almalinux', 'centos', 'cirros', 'cloud-user', 'debian', 'ec2-user', 'fedora', 'opc', 'rocky', 'ubuntu'];

/** Returns the users that a first boot creates again: the configured one, and those with the usual names. */
export async function defaultUsers(users: readonly Account[], uidMin: number, host: ReadHost): Promise<string[]> {
  const names = new Set(usual);
  for (const path of await matchingPaths(configs, host)) {
    const name = defaultUserIn((await host.readText(path)) ?? '');
    if (name !== undefined) names.add(name);
  }
  return users.filter(({ name, uid }) => uid >= uidMin && names.has(name)).map(({ name }) => name);
}

/** Returns the name below `default_user:`, in block style or on one line. */
export function defaultUserIn(text: string): string | undefined {
  const [, indent = '', rest = ''] = /^([ \t]*)default_user:(.*(?:\n[ \t]*(?:#.*)?$)*)/m.exec(text) ?? [];
  const inline = /\{[^}]*\bname:\s*["']?([\w.-]+)/.exec(rest)?.[1];
  if (inline !== undefined) return inline;
  const after = text
    .slice(text.search(/^[ \t]*default_user:/m))
    .split('\n')
    .slice(1);
  for (const line of after) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    if (!line.startsWith(`${indent} `) && !line.startsWith(`${indent}\t`)) return undefined;
    const name = /^\s*name:\s*["']?([\w.-]+)/.exec(line)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}
