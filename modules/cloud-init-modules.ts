import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { either, flag, items, list, object, optional, text, withDefault } from '../agent/userdata/schema/decode.ts';

/** A module's name, alone or with how often it runs and its arguments. */
const entry = either(text, list(text), 'the name of a module, or a list that begins with it');
const modules = optional(items(entry));

const reads = {
  cloud_init_modules: modules,
  cloud_config_modules: modules,
  cloud_final_modules: modules,
  vendor_data: optional(
    object({
      enabled: withDefault(true, flag),
      prefix: optional(either(text, list(text))),
      disabled_handlers: optional(items(text)),
    }),
  ),
};

/** What only says how cloud-init goes about its work: taken, and told where it changes nothing here. */
export const cloudInitModules = defineModule({
  name: 'cloud_init_modules',
  summary: "Which of cloud-init's modules run, and when: taken and told, as bootagent has an order of its own.",
  every: 'instance',
  reads,

  plan: (settings): readonly PlanItem[] => [
    ...(['cloud_init_modules', 'cloud_config_modules', 'cloud_final_modules'] as const).flatMap((at): PlanItem[] => {
      const listed = settings[at]?.map(({ value }) => (typeof value === 'string' ? value : (value[0] ?? '')));
      if (!listed || listed.length === 0) return [];
      const text = `bootagent runs its modules in an order of its own, each when there is something for it: ${listed.join(', ')} need no naming`;
      return [{ at, changes: [], notes: [{ level: 'note', text }] }];
    }),
    ...undone(
      'vendor_data.prefix',
      settings.vendor_data?.prefix,
      "no command is run before each of the vendor's scripts",
    ),
    ...undone(
      'vendor_data.disabled_handlers',
      settings.vendor_data?.disabled_handlers,
      'vendor-data is read in every form',
    ),
  ],
});

/** Something that was asked for, and what is so instead. */
const undone = (at: string, asked: unknown, text: string): readonly PlanItem[] =>
  asked === undefined ? [] : [{ at, changes: [], notes: [{ level: 'warning', text }] }];
