import type { Boot } from '../../agent/boot/stages/boot.ts';
import { lostState } from '../../agent/boot/stages/lost-state.ts';
import { runStages } from '../../agent/boot/stages/run-stages.ts';
import { readSettings } from '../../agent/config/settings.ts';
import type { Schedule, Stage } from '../../agent/engine/module.ts';
import { overlayHost } from '../../agent/engine/overlay-host.ts';
import type { Host } from '../../agent/host/host.ts';
import { storedIdentity, storeIdentity } from '../../agent/identity/identity-store.ts';
import type { Instance } from '../../agent/metadata/datasource.ts';
import type { Event } from '../../agent/report/event.ts';
import { keyOf } from '../../agent/resources/index.ts';
import { openState } from '../../agent/state/state.ts';
import { memoryStore } from '../../agent/state/store.ts';
import { bootcmd } from '../../modules/bootcmd.ts';
import { runcmd } from '../../modules/runcmd.ts';
import { writeFiles } from '../../modules/write-files.ts';
import { facts, instance } from './facts.ts';
import { type Given, memoryHost } from './memory-host.ts';
import { yaml } from './written.ts';

export const schedule: Schedule = { local: [], early: [bootcmd], main: [writeFiles], final: [runcmd] };
/** The units of a boot with their stages: each unit is a process of its own. */
export const units: readonly (readonly Stage[])[] = [['local'], ['early', 'main'], ['final']];

/** Returns a machine that boots repeatedly: its disk and its stored state stay. */
export function machineOf(given: Given = {}) {
  const host = memoryHost(given);
  const store = memoryStore(new Map([['fresh', '']]));
  let boots = 0;
  return { host, store, nextBoot: () => `b${++boots}`, boot: () => `b${boots}` };
}
export type Machine = ReturnType<typeof machineOf>;

export interface How {
  /** What the cloud answers; undefined if no metadata service answers. `at` limits the answer to some stages. */
  readonly cloud?: {
    readonly id: string;
    readonly userData?: string;
    readonly at?: readonly Stage[];
    readonly missing?: readonly string[];
  };
  readonly image?: string;
  readonly fingerprint?: string;
  readonly schedule?: Schedule;
  readonly host?: Host;
  readonly units?: readonly (readonly Stage[])[];
  readonly mode?: 'preview';
  readonly sameBoot?: true;
  readonly own?: Partial<Boot>;
}

/** Boots the machine and returns the reported lines. */
export async function booted(machine: Machine, how: How = {}): Promise<string[]> {
  const told: string[] = [];
  const bootId = how.sameBoot ? machine.boot() : machine.nextBoot();
  for (const wanted of how.units ?? units) {
    const boot = await bootOf(machine, bootId, how, (event) => told.push(...lines(event)));
    const { state } = await runStages(wanted, boot);
    if (state !== 'done') told.push(`${wanted.join(' ')}: ${state}`);
  }
  return told;
}

export async function bootOf(
  machine: Machine,
  bootId: string,
  how: How,
  report: (event: Event) => void,
): Promise<Boot> {
  const host = how.host ?? machine.host;
  const state = openState(machine.store);
  const { written } = yaml(how.image ?? '');
  const { cloud, own = {} } = how;
  const who: Instance | undefined =
    cloud &&
    instance({
      id: cloud.id,
      ...(cloud.missing && { missing: cloud.missing }),
      ...(cloud.userData && { userData: Buffer.from(cloud.userData) }),
    });
  const memory = {
    state,
    host,
    report,
    fingerprint: how.fingerprint ?? 'f',
    keeps: how.mode !== 'preview',
    serialize: (each: Instance) => JSON.stringify({ ...each, userData: each.userData && String(each.userData) }),
    deserialize: (text: string) => {
      const { userData, ...rest } = JSON.parse(text);
      return { ...rest, ...(userData && { userData: Buffer.from(userData) }) };
    },
  };
  const lost = lostState(state);
  if (state.inService() && how.mode !== 'preview') state.setInService();
  return {
    version: '0',
    schedule: how.schedule ?? schedule,
    settingsOf: (each) => readSettings(each, written?.is === 'mapping' ? [written] : []),
    state,
    report,
    secret: () => {},
    bootId,
    act: how.mode === 'preview' ? { mode: 'preview', host: overlayHost(host) } : { mode: 'apply', host },
    inService: state.inService(),
    ...(lost && { lost }),
    gatherFacts: async () => facts(),
    identify: async (stage) => {
      const known = storedIdentity(memory);
      if (known || !who) return known;
      return (cloud?.at ?? ['early', 'main', 'final']).includes(stage)
        ? storeIdentity(who, 'asked', memory)
        : undefined;
    },
    now: () => host.now(),
    ...own,
  };
}

function lines(event: Event): string[] {
  if (event.event === 'instance') return [`instance ${event.id} ${event.standing}`];
  if (event.event === 'problem') return [`problem ${event.module} ${event.at}: ${event.problem.message}`];
  if (event.event === 'note' && event.level === 'warning') return [`note ${event.module}: ${event.text}`];
  if (event.event !== 'step' || !['made', 'due'].includes(event.step.outcome)) return [];
  return [`${event.step.outcome} ${keyOf(event.step.change)}`];
}
