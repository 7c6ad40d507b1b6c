import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { matching, object, optional, withDefault } from '../agent/userdata/schema/decode.ts';

const names = matching(/^[A-Za-z][\w,-]*$/, 'a layout such as us, or several such as "us,ch"');
const model = matching(/^[A-Za-z0-9][\w-]*$/, 'a model such as pc105');
const variants = matching(/^[\w,-]*$/, 'a variant such as nodeadkeys');
const options = matching(/^[\w:,()-]*$/, 'options such as ctrl:nocaps');

const reads = {
  keyboard: optional(
    object({
      layout: names,
      model: withDefault('pc105', model),
      variant: withDefault('', variants),
      options: withDefault('', options),
    }),
  ),
};

/** The keyboard of the console and of X, in XKB terms. */
export const keyboard = defineModule({
  name: 'keyboard',
  summary: 'The keyboard of the console and of X: layout, model, variant and options of XKB.',
  every: 'instance',
  reads,

  plan({ keyboard: asked }, { facts }): readonly PlanItem[] {
    if (!asked) return [];
    const { layout, model, variant, options } = asked;
    const set = { XKBLAYOUT: layout, XKBMODEL: model, XKBVARIANT: variant, XKBOPTIONS: options };
    return [{ at: 'keyboard', changes: facts.os.family === 'debian' ? debian(set) : redhat(set) }];
  },
});

type Settings = Readonly<Record<'XKBLAYOUT' | 'XKBMODEL' | 'XKBVARIANT' | 'XKBOPTIONS', string>>;

/** keyboard(5): one file for the console and X; console-setup.service generates the console keymap from it. */
function debian(set: Settings): readonly Change[] {
  const file: Change = { kind: 'edit', path: '/etc/default/keyboard', edit: { syntax: 'shell', set } };
  return [file, { kind: 'notify', what: 'restart', unit: 'console-setup.service', follows: file }];
}

/**
 * vconsole.conf(5) and xorg.conf(5), as localectl writes them. The kbd keymaps that are converted from XKB are named by
 * layout and variant; the console supports one keymap, so the first layout is used.
 */
function redhat(set: Settings): readonly Change[] {
  const [layout = '', variant = ''] = [set.XKBLAYOUT, set.XKBVARIANT].map((each) => each.split(',')[0]);
  const keymap = variant === '' ? layout : `${layout}-${variant}`;
  const console: Change = {
    kind: 'edit',
    path: '/etc/vconsole.conf',
    edit: { syntax: 'shell', set: { KEYMAP: keymap, ...set } },
  };
  const path = '/etc/X11/xorg.conf.d/00-keyboard.conf';
  return [
    console,
    { kind: 'notify', what: 'restart', unit: 'systemd-vconsole-setup.service', follows: console },
    { kind: 'file', path, content: inputClass(set), mode: 0o644 },
  ];
}

function inputClass({ XKBLAYOUT, XKBMODEL, XKBVARIANT, XKBOPTIONS }: Settings): string {
  const all = { XkbLayout: XKBLAYOUT, XkbModel: XKBMODEL, XkbVariant: XKBVARIANT, XkbOptions: XKBOPTIONS };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`Option "${name}" "${value}"`]));
  const body = ['Identifier "system-keyboard"', 'MatchIsKeyboard "on"', ...lines].map((line) => `        ${line}`);
  return ['Section "InputClass"', ...body, 'EndSection', ''].join('\n');
}
