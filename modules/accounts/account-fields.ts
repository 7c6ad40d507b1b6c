import { type Decode, flag, integer, object, oneOf, optional, renamed } from '../../agent/userdata/schema/decode.ts';
import { eachAlone } from '../shared/lenient-fields.ts';
import {
  date,
  field,
  groupName,
  groupOrNumber,
  hash,
  importId,
  keyList,
  namesOf,
  path,
  plainPassword,
  sudoRules,
  userName,
} from './fields.ts';

/** An invalid field is left out on its own: the account is still created, with its keys. */
const fields = eachAlone({
  uid: optional(integer(0, 4_294_967_294)),
  gecos: optional(field),
  homedir: optional(path),
  primary_group: optional(groupOrNumber),
  groups: optional(namesOf(groupName)),
  create_groups: optional(flag),
  shell: optional(path),
  sudo: sudoRules,
  doas: optional(namesOf(field)),
  lock_passwd: optional(flag),
  passwd: optional(hash),
  hashed_passwd: optional(hash),
  plain_text_passwd: optional(plainPassword),
  expiredate: optional(date),
  inactive: optional(integer(-1, 100_000)),
  selinux_user: optional(field),
  no_create_home: optional(flag),
  no_user_group: optional(flag),
  no_log_init: optional(flag),
  system: optional(flag),
  snapuser: optional(field),
  ssh_authorized_keys: optional(keyList),
  ssh_import_id: optional(namesOf(importId)),
  ssh_redirect_user: optional(flag),
  every: optional(oneOf('instance', 'boot')),
});

const known = {
  name: optional(userName),
  ...fields,
  'lock-passwd': renamed('lock_passwd'),
  'primary-group': renamed('primary_group'),
  'ssh-authorized-keys': renamed('ssh_authorized_keys'),
  'ssh-import-id': renamed('ssh_import_id'),
  'no-create-home': renamed('no_create_home'),
  'no-user-group': renamed('no_user_group'),
  'no-log-init': renamed('no_log_init'),
} as const;

/** A user, with the field names of cloud-config. */
export const account = object(known);

/** The decoded fields of a user. */
export type AccountSettings = typeof account extends Decode<infer T> ? T : never;
