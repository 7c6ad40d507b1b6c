import type { Change, Note, PlanItem } from '../../agent/engine/change.ts';
import { defineModule } from '../../agent/engine/module.ts';
import { converted, type Decode, flag, items, matching, optional } from '../../agent/userdata/schema/decode.ts';
import { packageList } from '../packages/entries.ts';
import { eachOfOthers } from '../shared/lenient-fields.ts';
import { hasPassword } from '../shared/url-passwords.ts';
import { type AptSettings, aptSettings, oldSources, type Preference, proxy } from './settings.ts';
import { planSource, warned } from './sources.ts';
import { mirrorVariables, planSourcesList } from './sources-list.ts';

const folder = '/etc/apt/apt.conf.d';
const usualPpa = /^[\w-]+:\w/;

/** A key of older configurations, accepted with a warning. */
const old = <T>(to: string, decode: Decode<T>): Decode<T | undefined> =>
  optional(
    converted(decode, (value, { warning }) => {
      warning(`an old name for "apt: {${to}: ...}"`);
      return value;
    }),
  );

const address = matching(/^[^\s\0"]+$/, 'the address of a mirror');

const reads = {
  apt: optional(aptSettings),
  apt_sources: old('sources', oldSources),
  apt_mirror: old('primary', address),
  apt_mirror_search: old('primary', items(address)),
  apt_proxy: old('proxy', proxy),
  apt_http_proxy: old('http_proxy', proxy),
  apt_https_proxy: old('https_proxy', proxy),
  apt_ftp_proxy: old('ftp_proxy', proxy),
  apt_preserve_sources_list: old('preserve_sources_list', flag),
  apt_custom_sources_list: old('sources_list', matching(/^[^\0]+$/, 'the text of a list')),
  ...eachOfOthers({
    packages: optional(packageList),
    package_update: optional(flag),
    package_upgrade: optional(flag),
    apt_update: optional(flag),
    apt_upgrade: optional(flag),
  }),
};
type Settings = { readonly [K in keyof typeof reads]: (typeof reads)[K] extends Decode<infer T> ? T : never };

/** The settings of apt, its sources and their keys, and the answers for packages that ask questions. */
export const apt = defineModule({
  name: 'apt',
  summary: 'Settings, sources, keys and mirrors of apt, and answers for packages that ask questions.',
  every: 'instance',
  reads,
  consults: ['packages', 'package_update', 'package_upgrade', 'apt_update', 'apt_upgrade'],

  plan(settings, context): readonly PlanItem[] {
    const wanted = merged(settings);
    if (Object.values(wanted).every((value) => value === undefined)) return [];
    if (!context.facts.programs.includes('apt-get')) {
      return [warned('apt', 'there is no apt-get here, so nothing would read it')];
    }
    const values = mirrorVariables(wanted, context);
    const sources = (wanted.sources ?? []).map((each) =>
      planSource(each, values, wanted.add_apt_repo_match ?? usualPpa),
    );
    const lists = planSourcesList(wanted, context, values);
    const planned = [
      ...planAnswers(wanted),
      ...planConf(wanted),
      ...planPreferences(wanted.preferences ?? []),
      ...lists,
      ...sources,
    ];
    return [...planned, ...refreshed([...lists, ...sources], settings)];
  },
});

/** Returns the settings with those of older configurations, which count where the new ones say nothing. */
function merged({ apt: given, ...older }: Settings): AptSettings {
  const apt: AptSettings = given ?? {};
  const uri = older.apt_mirror ?? older.apt_mirror_search?.[0]?.value;
  const none = { key: undefined, keyid: undefined, keyserver: undefined, search: undefined, search_dns: undefined };
  const primary = uri === undefined ? undefined : [{ at: 'apt_mirror', value: { ...none, arches: ['default'], uri } }];
  return {
    ...apt,
    sources: apt.sources ?? older.apt_sources,
    primary: apt.primary ?? primary,
    proxy: apt.proxy ?? older.apt_proxy,
    http_proxy: apt.http_proxy ?? older.apt_http_proxy,
    https_proxy: apt.https_proxy ?? older.apt_https_proxy,
    ftp_proxy: apt.ftp_proxy ?? older.apt_ftp_proxy,
    preserve_sources_list: apt.preserve_sources_list ?? older.apt_preserve_sources_list,
    sources_list: apt.sources_list ?? older.apt_custom_sources_list,
  };
}

const planAnswers = ({ debconf_selections: asked = [] }: AptSettings): readonly PlanItem[] =>
  asked.map(({ at, value }) => ({ at, changes: [{ kind: 'debconf', selections: value, secret: true }] }));

/** Plans the proxies and the text of `conf`, in the files that cloud-init writes. */
function planConf(settings: AptSettings): readonly PlanItem[] {
  const { proxy, http_proxy = proxy, https_proxy, ftp_proxy, conf } = settings;
  const lines = Object.entries({ http: http_proxy, https: https_proxy, ftp: ftp_proxy }).flatMap(([scheme, address]) =>
    address === undefined ? [] : [`Acquire::${scheme}::Proxy "${address}";\n`],
  );
  const file = (at: string, name: string, content: string): PlanItem => {
    const secret = hasPassword(content);
    const text = `every user of the machine can read the password in ${folder}/${name}, as apt needs it`;
    const change: Change = { kind: 'file', path: `${folder}/${name}`, content, mode: 0o644, ...(secret && { secret }) };
    const notes: readonly Note[] = [{ level: 'note', text }];
    return { at, changes: [change], ...(secret && { notes }) };
  };
  return [
    ...(lines.length === 0 ? [] : [file('apt.proxy', '90cloud-init-aptproxy', lines.join(''))]),
    ...(conf === undefined ? [] : [file('apt.conf', '94cloud-init-config', `${conf.trimEnd()}\n`)]),
  ];
}

function planPreferences(asked: readonly { readonly at: string; readonly value: Preference }[]): readonly PlanItem[] {
  const content = asked
    .map(({ value }) => `Package: ${value.package}\nPin: ${value.pin}\nPin-Priority: ${value['pin-priority']}\n`)
    .join('\n');
  const path = '/etc/apt/preferences.d/90bootagent';
  return content === '' ? [] : [{ at: 'apt.preferences', changes: [{ kind: 'file', path, content, mode: 0o644 }] }];
}

/** The lists are fetched for `runcmd`, unless the packages module fetches them next. */
function refreshed(changed: readonly PlanItem[], settings: Settings): readonly PlanItem[] {
  const { packages = [], package_update, package_upgrade, apt_update, apt_upgrade } = settings;
  const isNext = package_update || package_upgrade || apt_update || apt_upgrade || packages.length > 0;
  if (isNext || !changed.some(({ changes }) => changes.length > 0)) return [];
  return [{ at: 'apt', changes: [{ kind: 'package-upkeep', manager: 'apt', does: 'refresh' }] }];
}
