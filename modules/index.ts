import type { Schedule } from '../agent/engine/module.ts';
import { bootcmd } from './bootcmd.ts';
import { caCerts } from './ca-certs.ts';
import { cloudInitModules } from './cloud-init-modules.ts';
import { condor } from './condor/module.ts';
import { cvmfs } from './cvmfs.ts';
import { finalMessage } from './final-message.ts';
import { fsSetup } from './fs-setup.ts';
import { growpart } from './growpart.ts';
import { hostKeys, lateHostKeys } from './host-keys.ts';
import { hostname, hostnameFromIp } from './hostname.ts';
import { hosts } from './hosts.ts';
import { keyboard } from './keyboard.ts';
import { leftovers } from './leftovers.ts';
import { locale } from './locale.ts';
import { metadataLock } from './metadata-lock.ts';
import { mounts } from './mounts.ts';
import { lateNetwork, network } from './network/module.ts';
import { ntp } from './ntp.ts';
import { packageReboot, packages } from './packages/module.ts';
import { passwords } from './passwords.ts';
import { phoneHome } from './phone-home.ts';
import { powerState } from './power-state.ts';
import { randomSeed } from './random-seed.ts';
import { ready } from './ready.ts';
import { rootLock } from './root-lock.ts';
import { runcmd } from './runcmd.ts';
import { boothooks, scriptsEachBoot, scriptsOnce, userScripts } from './scripts.ts';
import { selinux } from './selinux.ts';
import { services } from './services.ts';
import { ssh } from './ssh.ts';
import { sshKeys } from './ssh-keys.ts';
import { swap } from './swap.ts';
import { timezone } from './timezone.ts';
import { users, usersEachBoot } from './users.ts';
import { deferredFiles, writeFiles } from './write-files.ts';
import { yumRepos } from './yum-repos/module.ts';

/** What the machine is called. */
const names = [hostname, hostnameFromIp, hosts];

/** What programs of every sort ask the system for. */
const system = [cloudInitModules, caCerts, timezone];
/** What packages may have brought the programs for. */
const clock = [locale, keyboard, ntp];

/** What needs all the rest to be over. */
const ending = [phoneHome, finalMessage, packageReboot, powerState];

/** Where software comes from, and what of it is installed. */
const software = [yumRepos, packages];

/** What users wrote themselves; a worker takes jobs only behind it. */
const scripts = [scriptsOnce, scriptsEachBoot, userScripts, runcmd];

/** Who may come in. The locks come last, so that nothing takes them off again. */
const people = [hostKeys, users, usersEachBoot, passwords, sshKeys, ssh, rootLock];

/** What happens when, in this order. The machine is looked at afresh before each stage. */
export const schedule: Schedule = {
  /** Before the network: what the image alone can decide. */
  local: [network, growpart],
  /** As soon as we know who we are: what may change the facts for all the rest. */
  early: [randomSeed, boothooks, bootcmd],
  /** Before sshd: what the machine is, and who may come in. */
  main: [lateNetwork, selinux, fsSetup, mounts, swap, ...names, ...people, writeFiles, ...system],
  /** Last: what needs everything else. */
  final: [
    lateHostKeys,
    leftovers,
    ...software,
    ...clock,
    deferredFiles,
    cvmfs,
    services,
    ...scripts,
    condor,
    metadataLock,
    ready,
    ...ending,
  ],
};
