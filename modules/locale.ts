import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { absolutePath } from '../agent/userdata/schema/absolute-path.ts';
import { matching, optional, wordOr } from '../agent/userdata/schema/decode.ts';

const name = matching(/^[A-Za-z][\w.@-]*$/, 'a locale such as en_US.UTF-8');

/** Locales that are built into the C library. */
const builtIn = /^(?:C|POSIX|C\.utf-?8)$/i;

const reads = { locale: optional(wordOr('false', name)), locale_configfile: optional(absolutePath) };

/** The system locale. */
export const locale = defineModule({
  name: 'locale',
  summary: 'The language and the customs that programs follow; `false` leaves them alone.',
  every: 'instance',
  reads,

  plan({ locale: name, locale_configfile: file }, { facts }): readonly PlanItem[] {
    if (name === undefined || name === 'false') return [];
    const where = file ?? (facts.os.family === 'debian' ? '/etc/default/locale' : '/etc/locale.conf');
    const installed: readonly Change[] = builtIn.test(name) ? [] : [{ kind: 'locale', name }];
    const edit = { syntax: 'lines', drop: 'LANG=', put: `LANG=${name}` } as const;
    return [{ at: 'locale', changes: [{ kind: 'edit', path: where, edit }, ...installed] }];
  },
});
