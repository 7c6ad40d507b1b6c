import type { FactName, Facts } from '../facts/facts.ts';
import type { Instance } from '../metadata/datasource.ts';
import type { Fields } from '../userdata/schema/decode.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { PlanItem } from './change.ts';

/** The stages of a boot, in order. Facts are gathered before each stage, at least those that change without an installation. */
export const stages = ['local', 'early', 'main', 'final'] as const;
export type Stage = (typeof stages)[number];

/** How often a module acts: on every boot, or once for each instance or installed image. */
export type Frequency = 'boot' | 'instance' | 'image';

/** The input of a module. It has no host: a module plans, it does not apply. */
export interface Context {
  readonly facts: Facts;
  readonly instance: Instance;
  /**
   * The image is new, or a copy boots as another machine: inherited state belongs to another machine. True until the module
   * has run.
   */
  readonly newMachine: boolean;
  /** The machine was in service when its state was lost: existing content may be an administrator's, so modules only add. */
  readonly inService?: boolean;
  /** Scripts that are separate parts of the user-data. */
  readonly scripts: readonly Script[];
}

export interface Module<Settings = unknown> {
  /** Names the module in logs, in state, and on the command line. */
  readonly name: string;
  /** The module whose work this one does in another stage: `--only` with that name selects this one, too. */
  readonly partOf?: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly every: Frequency;
  /** The top-level keys of the user-data that belong to this module, each with its decoder. */
  readonly reads: Fields<Settings>;
  /** Keys among `reads` that another module applies: a change of them is no reason to apply this module again. */
  readonly consults?: readonly string[];
  /** The module only adds to existing content, so it also runs on a machine that was in service. */
  readonly merges?: true;
  /** Which scripts of the user-data this module runs. */
  readonly runs?: Script['when'];
  /** Facts that the module can plan without: if one is unknown, it plans with the fallback value, and this is reported. */
  readonly assumes?: readonly FactName[];
  /** Returns the changes as independent items; an empty plan if the settings request nothing. */
  plan(settings: Settings, context: Context): readonly PlanItem[];
}

/** TypeScript infers no settings from decoders inside the literal: without this type, `plan` would accept any key. */
type Untyped<Settings> = unknown extends Settings
  ? {
      readonly reads: Readonly<
        Record<string, 'put the decoders into a constant before the module: const reads = {...}'>
      >;
    }
  : unknown;

/** Defines a module with typed settings; the result erases the type, because the schedule holds modules of all settings. */
export const defineModule = <Settings>(module: Module<Settings> & Untyped<Settings>): Module => module as Module;

export type Schedule = Readonly<Record<Stage, readonly Module[]>>;
