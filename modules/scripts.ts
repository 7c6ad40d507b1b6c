import { ownPaths } from '../agent/base/own-paths.ts';
import type { PlanItem, ScriptChange } from '../agent/engine/change.ts';
import { defineModule, type Frequency, type Module } from '../agent/engine/module.ts';
import type { Script } from '../agent/userdata/schema/script.ts';
import { cloudInitCallNotes } from './commands/cloud-init-calls.ts';
import { outputField, outputOf } from './commands/output.ts';

const folder = ownPaths.userScripts;

/** Scripts that are parts of the user-data, each in its own file and process. */
const scriptsOf = (name: string, summary: string, every: Frequency, runs: Script['when']): Module =>
  defineModule({
    name,
    summary,
    every,
    reads: outputField,
    consults: ['output'],
    runs,
    plan: ({ output }, { scripts, instance }): readonly PlanItem[] => {
      const wanted = outputOf(output, runs === 'boothook' ? 'init' : 'final');
      return scripts.filter(({ when }) => when === runs).map((script) => planFor(name, script, instance.id, wanted));
    },
  });

export const boothooks = scriptsOf(
  'boothooks',
  'Boothooks among the user-data, early at each boot.',
  'boot',
  'boothook',
);
export const scriptsOnce = scriptsOf('scripts-once', 'Scripts of the user-data, once for the image.', 'image', 'once');
export const scriptsEachBoot = scriptsOf('scripts-boot', 'Scripts of the user-data, at each boot.', 'boot', 'boot');
export const userScripts = scriptsOf(
  'user-scripts',
  'Scripts of the user-data, once for each instance.',
  'instance',
  'instance',
);

function planFor(
  module: string,
  { name, content }: Script,
  id: string,
  output: Pick<ScriptChange, 'output'>,
): PlanItem {
  const notes = cloudInitCallNotes(content);
  const path = `${folder}/${module}/${name.replace(/[^\w.-]/g, '_')}`;
  return {
    at: name,
    commands: [{ at: name, line: name }],
    changes: [
      { kind: 'file', path, content, mode: 0o700, owner: 'root', group: 'root', secret: true },
      {
        kind: 'script',
        name: `${module}-${name.replace(/[^\w.-]/g, '_')}`,
        items: [path],
        shell: 'sh',
        env: { INSTANCE_ID: id },
        ...output,
      },
    ],
    ...(notes.length > 0 && { notes }),
  };
}
