import type { Change, ChangeOf, Kind } from '../engine/change.ts';
import { executorOf } from '../engine/executor.ts';
import type { Handler } from '../engine/handler.ts';
import { expiredPassword } from './accounts/expired-password.ts';
import { group } from './accounts/group.ts';
import { locked } from './accounts/locked.ts';
import { member } from './accounts/member.ts';
import { password } from './accounts/password.ts';
import { plainPassword } from './accounts/plain-password.ts';
import { removedUser } from './accounts/removed-user.ts';
import { sudoers } from './accounts/sudoers.ts';
import { user } from './accounts/user.ts';
import { absent } from './files/absent.ts';
import { directory } from './files/directory.ts';
import { download } from './files/download.ts';
import { edit } from './files/edit.ts';
import { emptied } from './files/emptied.ts';
import { file } from './files/file.ts';
import { link } from './files/link.ts';
import { removed } from './files/removed.ts';
import { withoutLines } from './files/without-lines.ts';
import { growth } from './growth/growth.ts';
import { packageFiles, packages, packageUpkeep } from './packages/packages.ts';
import { rebootIfRequired } from './packages/reboot-if-required.ts';
import { repositoryOf } from './packages/repository.ts';
import { rpmKey } from './packages/rpm-key.ts';
import { authorizedKeys } from './ssh/authorized-keys.ts';
import { hostKeys } from './ssh/host-keys.ts';
import { inheritedKeys } from './ssh/inherited-keys.ts';
import { sshd } from './ssh/sshd.ts';
import { filesystem } from './storage/filesystem.ts';
import { mounted } from './storage/mounted.ts';
import { removedSwap } from './storage/removed-swap.ts';
import { swap } from './storage/swap.ts';
import { cvmfs } from './system/cvmfs.ts';
import { hostname } from './system/hostname.ts';
import { locale } from './system/locale.ts';
import { message } from './system/message.ts';
import { phoneHome } from './system/phone-home.ts';
import { power } from './system/power.ts';
import { randomSeed } from './system/random-seed.ts';
import { request } from './system/request.ts';
import { script } from './system/script.ts';
import { selinux } from './system/selinux.ts';
import { timezone } from './system/timezone.ts';
import { wait } from './system/wait.ts';
import { notify } from './units/notify.ts';
import { running } from './units/running.ts';
import { service } from './units/service.ts';

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
  repository: repositoryOf(file),
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

export const { preview, apply, countAsDone } = executorOf({ handlerOf, keyOf });
