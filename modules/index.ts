import type { Schedule } from '../agent/module.ts';
import { bootcmd } from './bootcmd.ts';
import { condor } from './condor.ts';
import { cvmfs } from './cvmfs.ts';
import { fsSetup } from './fs-setup.ts';
import { growpart } from './growpart.ts';
import { hostname, hostnameFromIp } from './hostname.ts';
import { hosts } from './hosts.ts';
import { mounts } from './mounts.ts';
import { lateNetwork, network } from './network.ts';
import { ready } from './ready.ts';
import { runcmd } from './runcmd.ts';
import { boothooks, scriptsEachBoot, scriptsOnce, userScripts } from './scripts.ts';
import { swap } from './swap.ts';
import { deferredFiles, writeFiles } from './write-files.ts';
import { yumRepos } from './yum-repos.ts';

/** What the machine is called. */
const names = [hostname, hostnameFromIp, hosts];

/** What happens when, in this order. The machine is looked at afresh before each stage. */
export const schedule: Schedule = {
  /** Before the network: what the image alone can decide. */
  local: [network, growpart],
  /** As soon as we know who we are: what may change the facts for all the rest. */
  early: [boothooks, bootcmd],
  /** Before sshd: what the machine is, and who may come in. */
  main: [lateNetwork, fsSetup, mounts, swap, ...names, writeFiles, yumRepos, cvmfs, condor],
  /** Last: what needs everything else. */
  final: [deferredFiles, scriptsOnce, scriptsEachBoot, userScripts, runcmd, ready],
};
