import type { FactName, Facts } from '../facts/facts.ts';
import type { Instance } from '../metadata/datasource.ts';
import type { Fields } from '../userdata/schema/decode.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { PlanItem } from './change.ts';

/** The stages of a boot, in order: before each, the machine is looked at, at least for what comes and goes by itself. */
export const stages = ['local', 'early', 'main', 'final'] as const;
export type Stage = (typeof stages)[number];

/** How often a module acts: on every boot, or once for each instance or installed image. */
export type Frequency = 'boot' | 'instance' | 'image';

/** What a module may know. There is no host here: a module decides, it does not act. */
export interface Context {
  readonly facts: Facts;
  readonly instance: Instance;
  /** A fresh image, or one that wakes up as another machine: what it inherited is not its own. Until the module has had its turn. */
  readonly newMachine: boolean;
  /** The machine was in service when its state was lost: what is there may be somebody's own, and is added to. */
  readonly inService?: boolean;
  /** Scripts that came with the user-data, as parts of their own. */
  readonly scripts: readonly Script[];
}

export interface Module<Settings = unknown> {
  /** Names the module in logs, in state, and on the command line. */
  readonly name: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly every: Frequency;
  /** The top-level keys of the user-data that belong to this module, each with its decoder. */
  readonly reads: Fields<Settings>;
  /** Keys among `reads` that another module applies: a change of them is no reason to apply this module again. */
  readonly consults?: readonly string[];
  /** Adds to what is there and takes nothing away, and so runs on a machine that was in service, too. */
  readonly merges?: true;
  /** Which of the user-data's scripts are this module's. */
  readonly runs?: Script['when'];
  /** Facts that it can plan without: where one is unknown, it plans with the value that is there, and that is reported. */
  readonly assumes?: readonly FactName[];
  /** What to change, in items that stand for themselves. Nothing asked for: an empty plan. */
  plan(settings: Settings, context: Context): readonly PlanItem[];
}

/** TypeScript infers no settings from decoders written inside the literal: without this, `plan` would take any key. */
type Untyped<Settings> = unknown extends Settings
  ? {
      readonly reads: Readonly<
        Record<string, 'put the decoders into a constant before the module: const reads = {...}'>
      >;
    }
  : unknown;

/** Keeps the settings typed; the schedule holds modules of every sort. */
export const defineModule = <Settings>(module: Module<Settings> & Untyped<Settings>): Module => module as Module;

export type Schedule = Readonly<Record<Stage, readonly Module[]>>;
