// Format: SSH keys in metadata, https://cloud.google.com/compute/docs/connect/add-ssh-keys#ssh_key_format
import type { FetchContext } from '../metadata/datasource.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { asObject } from '../metadata/tree.ts';
import type { DocumentFields, Keys } from './declaration.ts';
import { fieldOf } from './declared-values.ts';

/**
 * Returns the keys of the instance and, unless it blocks them, of its project, each with its user. None with OS Login: Google then
 * ignores the keys of the metadata too.
 */
export function googleKeys({ host, note }: Pick<FetchContext, 'host' | 'note'>, document: DocumentFields): Keys {
  const own = asObject(fieldOf(document, 'instance.attributes')) ?? {};
  const project = asObject(fieldOf(document, 'project.attributes')) ?? {};
  const texts = [own.sshKeys, own['ssh-keys']];
  if (!isTrue(own['block-project-ssh-keys']) && own.sshKeys === undefined)
    texts.push(project['ssh-keys'], project.sshKeys);
  const lines = keyLines(texts);
  if (isTrue(own['enable-oslogin'] ?? project['enable-oslogin'])) {
    note(
      'warning',
      `OS Login is enabled, which bootagent does not set up; SSH keys of the metadata left out: ${lines.length}`,
    );
    return { lines: [] };
  }
  const byUser = new Map<string, string[]>();
  for (const line of lines) {
    const [, user, key] = /^([\w.-]+\$?):(.+)$/.exec(line) ?? [];
    if (user === undefined || key === undefined) {
      note('warning', `a key of the metadata names no user: left out: ${line.slice(0, 30)}`);
    } else if (isExpired(key, host.clock())) {
      note('note', `a key of ${user} in the metadata has expired: left out`);
    } else byUser.set(user, [...(byUser.get(user) ?? []), key]);
  }
  // The name by which Google's documentation of cloud-init addresses the default user.
  const { cloudinit = [], ...others } = Object.fromEntries(byUser);
  return { lines: cloudinit, ...(Object.keys(others).length > 0 && { byUser: others }) };
}

/** Whether a key "... google-ssh {"expireOn": ...}" is past its time. */
function isExpired(key: string, now: number): boolean {
  const [, json = ''] = /\sgoogle-ssh\s+(\{.*\})\s*$/.exec(key) ?? [];
  const [, time = ''] = /"expireOn"\s*:\s*"([^"]+)"/.exec(json) ?? [];
  return Date.parse(time.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) < now;
}

const isTrue = (value: unknown): boolean => String(value).trim().toLowerCase() === 'true';
