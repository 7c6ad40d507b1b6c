import type { Boot } from './boot.ts';
import { withoutVariance } from './without-variance.ts';

const asNobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups ';

/** The commands that show the result of a boot: as root, and as another user. */
const shownBy = {
  why: 'bootagent why',
  'why-nobody': `${asNobody}bootagent why`,
  status: 'bootagent status',
  'status-nobody': `${asNobody}bootagent status`,
  'why-json': 'bootagent why --format json',
  'status-json': 'bootagent status --format json',
  'status-json-nobody': `${asNobody}bootagent status --format json`,
} as const;
type Name = keyof typeof shownBy;

/** The probe commands whose output `viewsOf` reads. */
export const viewProbe: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(shownBy).map(([name, command]) => [name, `${command}; echo "exit $?"`]),
);

/** The output of a command, with its exit code. */
export interface View {
  readonly text: string;
  readonly code: number;
}

/** All views of one boot. */
export interface Views extends Readonly<Record<Name, View>> {
  /** The lines that bootagent wrote to the console, without the blocks of host keys. */
  readonly console: string;
}

export function viewsOf(boot: Boot): Views {
  const read = (name: string): View => {
    const [, text = '', code] = /^([\s\S]*?)\n?exit (\d+)\n$/.exec(boot.read(name)) ?? [];
    if (code === undefined) throw new Error(`"${name}" has no exit code: ${boot.read(name)}`);
    return { text: text === '' ? '' : `${text.trimEnd()}\n`, code: Number(code) };
  };
  const views = Object.fromEntries(Object.keys(shownBy).map((name) => [name, read(name)])) as Record<Name, View>;
  return { ...views, console: consoleOf(boot.console) };
}

function consoleOf(whole: string): string {
  const lines = whole.replace(/\r/g, '').split('\n');
  const from = lines.findIndex((line) => line.startsWith('bootagent: '));
  const to = lines.findIndex((line) => line.startsWith('{"bootagent"'));
  if (from < 0 || to < from) throw new Error(`the console has no result:\n${whole.slice(-4000)}`);
  const shown = lines.slice(from, to + 1).join('\n');
  return `${shown.replace(/-----BEGIN SSH HOST KEY (\w+)-----[\s\S]*?-----END SSH HOST KEY \1-----\n/g, '')}\n`;
}

/** Returns the views for people as one text, without what differs from boot to boot. */
export function textOf(views: Views): string {
  const section = (title: string, { text, code }: View) => `$ ${title}\n${text}exit ${code}\n`;
  const parts = [
    section('bootagent why', views.why),
    section('bootagent why    # as nobody', views['why-nobody']),
    `# console\n${views.console}`,
    section('bootagent status', views.status),
    section('bootagent status    # as nobody', views['status-nobody']),
  ];
  return withoutVariance(parts.join('\n'));
}

/** The part of the JSON of `bootagent status` that the tests read. */
export interface StatusJson {
  readonly state: string;
  readonly modules: Readonly<Record<string, { readonly state: string }>>;
  readonly failed: readonly { readonly module: string }[];
  readonly notes: readonly object[];
}

/** Returns the views for programs as one JSON text, without variance; modules that had nothing to do are left out. */
export function jsonOf(views: Views): string {
  const status = JSON.parse(views['status-json'].text) as StatusJson;
  const modules = Object.fromEntries(Object.entries(status.modules).filter(([, { state }]) => state !== 'unchanged'));
  const shown = { why: JSON.parse(views['why-json'].text), status: { ...status, modules } };
  return withoutVariance(`${JSON.stringify(shown, undefined, 2)}\n`);
}

/** Returns all texts in a JSON document, one per line. */
export function textsIn(json: string): string {
  const texts: string[] = [];
  JSON.parse(json, (_, value) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
}

/** Returns the text with its wrapped lines joined: continuation lines begin with the width of a label. */
export const unwrapped = (text: string): string => text.replace(/\n {9}(?=\S)/g, ' ');
