import type { Schedule } from '../agent/engine/module.ts';
import { apt } from './apt/module.ts';
import { bootcmd, lateBootcmd } from './bootcmd.ts';
import { caCerts } from './ca-certs.ts';
import { cloudInitModules } from './cloud-init-modules.ts';
import { condor } from './condor/module.ts';
import { cvmfs } from './cvmfs.ts';
import { finalMessage } from './final-message.ts';
import { fsSetup } from './fs-setup.ts';
import { earlyGrowpart, growpart } from './growpart.ts';
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
import { output } from './output.ts';
import { packageReboot, packages } from './packages/module.ts';
import { passwords } from './passwords.ts';
import { phoneHome } from './phone-home.ts';
import { powerState } from './power-state.ts';
import { randomSeed } from './random-seed.ts';
import { ready } from './ready.ts';
import { report } from './report.ts';
import { resolvConf } from './resolv-conf.ts';
import { rhSubscription } from './rh-subscription.ts';
import { rootLock } from './root-lock.ts';
import { rsyslog } from './rsyslog.ts';
import { runcmd } from './runcmd.ts';
import { boothooks, scriptsEachBoot, scriptsOnce, userScripts } from './scripts.ts';
import { selinux } from './selinux.ts';
import { services } from './services.ts';
import { snap } from './snap.ts';
import { ssh } from './ssh.ts';
import { sshImportId } from './ssh-import-id.ts';
import { sshKeys } from './ssh-keys.ts';
import { swap } from './swap.ts';
import { timezone } from './timezone.ts';
import { users, usersEachBoot } from './users.ts';
import { wireguard } from './wireguard.ts';
import { deferredFiles, writeFiles } from './write-files.ts';
import { yumRepos } from './yum-repos/module.ts';

/** Host name. */
const names = [hostname, hostnameFromIp, hosts];

/** System-wide settings that all kinds of programs use. */
const system = [cloudInitModules, resolvConf, caCerts, timezone];
/** Settings whose programs a package may have installed. */
const clock = [locale, keyboard, ntp];

/** Modules that run after everything else. */
const ending = [report, phoneHome, finalMessage, packageReboot, powerState];

/** Package repositories and packages. A registration comes first: the distribution's repositories need it. */
const software = [rhSubscription, yumRepos, apt, packages];

/** Scripts of the user-data; condor runs after them, so that a worker accepts jobs only then. */
const scripts = [scriptsOnce, scriptsEachBoot, userScripts, runcmd];

/** Accounts and logins. The locks come last, so that no other module unlocks again. */
const people = [hostKeys, users, usersEachBoot, passwords, sshKeys, sshImportId, ssh, rootLock];

/** The modules of each stage, in order. Facts are read again before each stage. */
export const schedule: Schedule = {
  /** Before the network: what depends on the image and on local metadata only. */
  local: [network],
  /** Once the instance is known: what may change the facts for later modules. */
  early: [earlyGrowpart, randomSeed, output, boothooks, bootcmd],
  /** Before sshd: system identity, storage, accounts and logins. */
  main: [lateNetwork, selinux, fsSetup, mounts, swap, ...names, ...people, writeFiles, ...system],
  /** Last: what depends on everything else. */
  final: [
    growpart,
    lateHostKeys,
    lateBootcmd,
    leftovers,
    ...software,
    ...clock,
    rsyslog,
    wireguard,
    snap,
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
