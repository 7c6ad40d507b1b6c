import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { outputSetting } from './commands/output.ts';

const reads = { output: outputSetting };

/** Judges `output`. The modules that run commands apply it. */
export const output = defineModule({
  name: 'output',
  summary: 'Where the output of commands and scripts goes, in addition to their logs.',
  every: 'instance',
  reads,

  plan: ({ output: asked }): readonly PlanItem[] => {
    const overwrites = Object.values(asked ?? {}).some((streams) =>
      [streams?.stdout, streams?.stderr].some((each) => typeof each === 'object' && each.to === 'write'),
    );
    const text = 'the file is appended to: several lists of commands write to it';
    return overwrites ? [{ at: 'output', changes: [], notes: [{ level: 'note', text }] }] : [];
  },
});
