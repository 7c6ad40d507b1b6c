import type { PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { duration, flag, optional, withDefault } from '../agent/userdata/schema/decode.ts';
import { type OutputSetting, outputField, outputOf } from './commands/output.ts';
import { commandList, type ScriptCommand, scriptItem } from './commands/plan-commands.ts';
import { eachOfOthers } from './shared/lenient-fields.ts';

const reads = {
  bootcmd: optional(commandList),
  bootcmd_timeout: optional(duration),
  bootcmd_after_sshd: withDefault(false, flag),
  ...outputField,
};

interface Settings {
  readonly bootcmd?: readonly ScriptCommand[] | undefined;
  readonly bootcmd_timeout?: number | undefined;
  readonly output?: OutputSetting | undefined;
}

/** Commands that run early, at each boot. */
export const bootcmd = defineModule({
  name: 'bootcmd',
  summary: 'Commands that run early, at each boot.',
  every: 'boot',
  reads,
  consults: ['output'],
  plan: (settings, context): readonly PlanItem[] => (settings.bootcmd_after_sshd ? [] : itemsOf(settings, context)),
});

/** The same commands after sshd has started, if `bootcmd_after_sshd` allows that. */
export const lateBootcmd = defineModule({
  name: 'bootcmd_late',
  partOf: 'bootcmd',
  summary: 'The commands of `bootcmd` after sshd starts, where `bootcmd_after_sshd` is true.',
  every: 'boot',
  reads: eachOfOthers(reads),
  consults: ['output'],
  plan: (settings, context): readonly PlanItem[] => (settings.bootcmd_after_sshd ? itemsOf(settings, context) : []),
});

const itemsOf = ({ bootcmd, bootcmd_timeout: timeoutMs, output }: Settings, context: Context): readonly PlanItem[] =>
  bootcmd ? scriptItem('bootcmd', bootcmd, context, { timeoutMs, ...outputOf(output, 'init') }) : [];
