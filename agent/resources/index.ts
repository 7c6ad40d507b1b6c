import type { Change, ChangeOf, Kind } from '../engine/change.ts';
import { executorOf } from '../engine/executor.ts';
import type { Handler } from '../engine/handler.ts';
import { expiredPasswordHandler } from './accounts/expired-password.ts';
import { groupHandler } from './accounts/group.ts';
import { lockedHandler } from './accounts/locked.ts';
import { memberHandler } from './accounts/member.ts';
import { passwordHandler } from './accounts/password.ts';
import { plainPasswordHandler } from './accounts/plain-password.ts';
import { removedUserHandler } from './accounts/removed-user.ts';
import { sudoersHandler } from './accounts/sudoers.ts';
import { userHandler } from './accounts/user.ts';
import { absentHandler } from './files/absent.ts';
import { directoryHandler } from './files/directory.ts';
import { downloadHandler } from './files/download.ts';
import { editHandler } from './files/edit.ts';
import { emptiedHandler } from './files/emptied.ts';
import { fileHandler } from './files/file.ts';
import { linkHandler } from './files/link.ts';
import { removedHandler } from './files/removed.ts';
import { withoutLinesHandler } from './files/without-lines.ts';
import { growthHandler } from './growth/growth.ts';
import { aptArchiveHandler } from './packages/apt-archive.ts';
import { aptKeyHandler } from './packages/apt-key.ts';
import { debconfHandler } from './packages/debconf.ts';
import { packageFilesHandler, packagesHandler, packageUpkeepHandler } from './packages/packages.ts';
import { rebootIfRequiredHandler } from './packages/reboot-if-required.ts';
import { repositoryHandler } from './packages/repository.ts';
import { rpmKeyHandler } from './packages/rpm-key.ts';
import { subscriptionHandler } from './packages/subscription.ts';
import { authorizedKeysHandler } from './ssh/authorized-keys.ts';
import { hostKeysHandler } from './ssh/host-keys.ts';
import { importedKeysHandler } from './ssh/imported-keys.ts';
import { inheritedKeysHandler } from './ssh/inherited-keys.ts';
import { sshdHandler } from './ssh/sshd.ts';
import { filesystemHandler } from './storage/filesystem.ts';
import { mountedHandler } from './storage/mounted.ts';
import { partitionsHandler } from './storage/partitions.ts';
import { removedSwapHandler } from './storage/removed-swap.ts';
import { swapHandler } from './storage/swap.ts';
import { cvmfsHandler } from './system/cvmfs.ts';
import { hostnameHandler } from './system/hostname.ts';
import { localeHandler } from './system/locale.ts';
import { messageHandler } from './system/message.ts';
import { phoneHomeHandler } from './system/phone-home.ts';
import { powerHandler } from './system/power.ts';
import { randomSeedHandler } from './system/random-seed.ts';
import { requestHandler } from './system/request.ts';
import { scriptHandler } from './system/script.ts';
import { selinuxHandler } from './system/selinux.ts';
import { timezoneHandler } from './system/timezone.ts';
import { waitHandler } from './system/wait.ts';
import { notifyHandler } from './units/notify.ts';
import { runningHandler } from './units/running.ts';
import { serviceHandler } from './units/service.ts';

/** A kind without a handler, or a handler without a kind, does not compile. */
const handlers: { readonly [K in Kind]: Handler<ChangeOf<K>> } = {
  absent: absentHandler,
  'apt-archive': aptArchiveHandler,
  'apt-key': aptKeyHandler,
  'authorized-keys': authorizedKeysHandler,
  cvmfs: cvmfsHandler,
  debconf: debconfHandler,
  directory: directoryHandler,
  download: downloadHandler,
  edit: editHandler,
  emptied: emptiedHandler,
  'expired-password': expiredPasswordHandler,
  file: fileHandler,
  filesystem: filesystemHandler,
  group: groupHandler,
  growth: growthHandler,
  'host-keys': hostKeysHandler,
  hostname: hostnameHandler,
  'imported-keys': importedKeysHandler,
  'inherited-keys': inheritedKeysHandler,
  link: linkHandler,
  locale: localeHandler,
  locked: lockedHandler,
  member: memberHandler,
  message: messageHandler,
  mounted: mountedHandler,
  notify: notifyHandler,
  partitions: partitionsHandler,
  password: passwordHandler,
  'phone-home': phoneHomeHandler,
  'plain-password': plainPasswordHandler,
  power: powerHandler,
  'random-seed': randomSeedHandler,
  'package-files': packageFilesHandler,
  'package-upkeep': packageUpkeepHandler,
  packages: packagesHandler,
  'reboot-if-required': rebootIfRequiredHandler,
  removed: removedHandler,
  'removed-swap': removedSwapHandler,
  'removed-user': removedUserHandler,
  repository: repositoryHandler(fileHandler),
  request: requestHandler,
  'rpm-key': rpmKeyHandler,
  running: runningHandler,
  script: scriptHandler,
  selinux: selinuxHandler,
  service: serviceHandler,
  sshd: sshdHandler,
  subscription: subscriptionHandler,
  sudoers: sudoersHandler,
  swap: swapHandler,
  timezone: timezoneHandler,
  user: userHandler,
  wait: waitHandler,
  'without-lines': withoutLinesHandler,
};

// The table's type pairs each kind with its handler; TypeScript cannot carry that pairing through a lookup.
export const handlerOf = (change: Change): Handler<Change> => handlers[change.kind] as Handler<Change>;

/** Returns the name of a change: "file /etc/fstab". */
export const keyOf = (change: Change): string => `${change.kind} ${handlerOf(change).subject(change)}`;

export const { preview, apply, prepare, countAsDone } = executorOf({ handlerOf, keyOf });
