import type { Finding } from '../userdata/schema/decode.ts';
import type { Mapping, SourceNode } from '../userdata/schema/source-node.ts';

/** A list of users that nobody of could log in, the keys that the cloud gives having nobody to go to. */
export function loginFindings({ entries }: Mapping): readonly Finding[] {
  const users = entries.get('users');
  if (users?.value.is !== 'list' || isTrue(entries.get('disable_root')?.value) === false) return [];
  if (entries.has('user') || entries.has('chpasswd') || users.value.items.some(canLogIn)) return [];
  const message = 'nobody could log in: the default user is not among these, and none has a key or a password';
  const hint = 'add "default", or give one of them "ssh_authorized_keys"';
  return [{ level: 'warning', code: 'no-login', at: 'users', place: users.key, message, hint }];
}

const keys = ['ssh_authorized_keys', 'ssh-authorized-keys', 'ssh_import_id', 'ssh-import-id', 'ssh_redirect_user'];
const passwords = ['passwd', 'hashed_passwd', 'plain_text_passwd'];

function canLogIn(user: SourceNode): boolean {
  if (user.is === 'scalar') return user.raw === 'default';
  if (user.is !== 'mapping') return false;
  const field = (name: string) => user.entries.get(name)?.value;
  const name = field('name');
  if (name?.is === 'scalar' && name.raw === 'default') return true;
  if (keys.some((key) => isGiven(field(key)))) return true;
  const unlocked = isTrue(field('lock_passwd') ?? field('lock-passwd')) === false;
  return unlocked && passwords.some((key) => isGiven(field(key)));
}

const isGiven = (written: SourceNode | undefined): boolean =>
  written !== undefined &&
  (written.is === 'list' ? written.items.length > 0 : written.is === 'mapping' || written.value !== null);

function isTrue(written: SourceNode | undefined): boolean | undefined {
  if (written?.is !== 'scalar') return undefined;
  if (['false', 'no', 'off', '0'].includes(written.raw.toLowerCase())) return false;
  return ['true', 'yes', 'on', '1'].includes(written.raw.toLowerCase()) ? true : undefined;
}
