import type { Change, ChangeOf, Kind } from '../change.ts';
import { absent } from './absent.ts';
import { authorizedKeys } from './authorized-keys.ts';
import { cvmfs } from './cvmfs.ts';
import { directory } from './directory.ts';
import { download } from './download.ts';
import { edit } from './edit.ts';
import { emptied } from './emptied.ts';
import { expiredPassword } from './expired-password.ts';
import { file } from './file.ts';
import { filesystem } from './filesystem.ts';
import { group } from './group.ts';
import { growth } from './growth.ts';
import type { Handler } from './handler.ts';
import { hostKeys } from './host-keys.ts';
import { hostname } from './hostname.ts';
import { inheritedKeys } from './inherited-keys.ts';
import { link } from './link.ts';
import { locale } from './locale.ts';
import { locked } from './locked.ts';
import { member } from './member.ts';
import { message } from './message.ts';
import { mounted } from './mounted.ts';
import { notify } from './notify.ts';
import { packageFiles, packages, packageUpkeep } from './packages.ts';
import { password } from './password.ts';
import { phoneHome } from './phone-home.ts';
import { plainPassword } from './plain-password.ts';
import { power } from './power.ts';
import { randomSeed } from './random-seed.ts';
import { rebootIfRequired } from './reboot-if-required.ts';
import { removed } from './removed.ts';
import { removedSwap } from './removed-swap.ts';
import { removedUser } from './removed-user.ts';
import { repository } from './repository.ts';
import { request } from './request.ts';
import { rpmKey } from './rpm-key.ts';
import { running } from './running.ts';
import { script } from './script.ts';
import { selinux } from './selinux.ts';
import { service } from './service.ts';
import { sshd } from './sshd.ts';
import { sudoers } from './sudoers.ts';
import { swap } from './swap.ts';
import { timezone } from './timezone.ts';
import { user } from './user.ts';
import { wait } from './wait.ts';
import { withoutLines } from './without-lines.ts';

/** A kind with no handler, or a handler with no kind, does not compile. */
const handlers: { readonly [K in Kind]: Handler<ChangeOf<K>> } = {
  absent,
  'authorized-keys': authorizedKeys,
  cvmfs,
  directory,
  download,
  edit,
  emptied,
  'expired-password': expiredPassword,
  file,
  filesystem,
  group,
  growth,
  'host-keys': hostKeys,
  hostname,
  'inherited-keys': inheritedKeys,
  link,
  locale,
  locked,
  member,
  message,
  mounted,
  notify,
  password,
  'phone-home': phoneHome,
  'plain-password': plainPassword,
  power,
  'random-seed': randomSeed,
  'package-files': packageFiles,
  'package-upkeep': packageUpkeep,
  packages,
  'reboot-if-required': rebootIfRequired,
  removed,
  'removed-swap': removedSwap,
  'removed-user': removedUser,
  repository,
  request,
  'rpm-key': rpmKey,
  running,
  script,
  selinux,
  service,
  sshd,
  sudoers,
  swap,
  timezone,
  user,
  wait,
  'without-lines': withoutLines,
};

// The table's type pairs each kind with its handler; TypeScript cannot carry that pairing through a lookup.
export const handlerOf = (change: Change): Handler<Change> => handlers[change.kind] as Handler<Change>;

/** Names a change: "file /etc/fstab". */
export const keyOf = (change: Change): string => `${change.kind} ${handlerOf(change).subject(change)}`;
