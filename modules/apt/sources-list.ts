import { mapOf } from '../../agent/base/map-of.ts';
import type { Change, Note, PlanItem } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import { hasPassword } from '../shared/url-passwords.ts';
import { keyChange, keyFolders } from './keys.ts';
import type { AptSettings, Mirror } from './settings.ts';
import { isDeb822, substituted, type Variables, warned } from './sources.ts';
import { withoutSuites } from './suites.ts';

/** The names that dpkg gives to architectures of the kernel. */
const architectures = mapOf({
  x64: 'amd64',
  x86_64: 'amd64',
  arm64: 'arm64',
  aarch64: 'arm64',
  ppc64: 'ppc64el',
  ppc64le: 'ppc64el',
});

/** The distribution's own mirrors. */
function usualMirrors({ id }: Facts['os'], arch: string): readonly [primary: string, security: string] {
  if (id === 'debian') return ['https://deb.debian.org/debian', 'https://deb.debian.org/debian-security'];
  if (['amd64', 'i386'].includes(arch))
    return ['http://archive.ubuntu.com/ubuntu', 'http://security.ubuntu.com/ubuntu'];
  return ['http://ports.ubuntu.com/ubuntu-ports', 'http://ports.ubuntu.com/ubuntu-ports'];
}

const archOf = ({ facts }: Context): string =>
  architectures.get(facts.platform.architecture) ?? facts.platform.architecture;

/** Returns the entry for this architecture, or the one for "default". */
function mirrorFor(mirrors: AptSettings['primary'], arch: string): Mirror | undefined {
  const named = (name: string) => mirrors?.find(({ value }) => (value.arches ?? ['default']).includes(name))?.value;
  return named(arch) ?? named('default');
}

const uriOf = (mirror: Mirror | undefined): string | undefined => mirror?.uri ?? mirror?.search?.[0];

/** Returns the values that sources may name. Where only `primary` is set, it is the mirror of security updates, too. */
export function mirrorVariables({ primary, security }: AptSettings, context: Context): Variables {
  const arch = archOf(context);
  const [usual, usualSecurity] = usualMirrors(context.facts.os, arch);
  const first = uriOf(mirrorFor(primary, arch));
  const mirror = first ?? usual;
  const { codename } = context.facts.os;
  return {
    MIRROR: mirror,
    PRIMARY: mirror,
    SECURITY: uriOf(mirrorFor(security, arch)) ?? first ?? usualSecurity,
    ...(codename !== undefined && { RELEASE: codename }),
  };
}

/** Plans the list of the distribution's own sources, where its mirrors, its suites or its text are asked for. */
export function planSourcesList(settings: AptSettings, context: Context, values: Variables): readonly PlanItem[] {
  const { primary, security, disable_suites: disabled, sources_list: template, preserve_sources_list: keep } = settings;
  const asked = { primary, security, disable_suites: disabled, sources_list: template };
  const [first] = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (first === undefined) return [];
  const at = `apt.${first}`;
  if (keep) {
    const text = 'the list of sources stays as it is, as preserve_sources_list is true';
    return [{ at, changes: [], notes: [{ level: 'note', text }] }];
  }
  const { RELEASE: release } = values;
  if (release === undefined) return [warned(at, 'the list of sources stays as it is: this release has no codename')];
  if (/^##\s*template/.test(template ?? '')) {
    return [
      warned(
        'apt.sources_list',
        'a template with jinja is not rendered: the list of sources stays as it is',
        'unsupported',
      ),
    ];
  }
  const own = { primary: keyOf('primary', settings, context), security: keyOf('security', settings, context) };
  const keys = Object.values(own);
  const wrong = keys.find((each) => typeof each === 'string');
  if (wrong !== undefined) return [warned(at, `the list of sources stays as it is: ${wrong}`)];
  const files = keys.filter((each) => typeof each === 'object');
  const signedBy = signaturesOf(own, values);
  const keyFile = signedBy.primary ?? signedBy.security;
  const variables = { ...values, ...(keyFile !== undefined && { KEY_FILE: keyFile }) };
  const text = substituted(template ?? usualList(context.facts.os, signedBy), variables);
  const content = `${withoutSuites(text, disabled ?? [], release).trimEnd()}\n`;
  return [
    { at, changes: [...files, ...listChanges(content, context.facts.os)], notes: mirrorNotes(settings, context) },
  ];
}

type Key = ReturnType<typeof keyChange>;

function keyOf(name: 'primary' | 'security', settings: AptSettings, context: Context): Key {
  const mirror = mirrorFor(settings[name], archOf(context));
  return mirror && keyChange(mirror, `${keyFolders.everywhere}/${name}.gpg`);
}

/** The files of the mirrors' own keys; undefined for a mirror that the key of the distribution signs. */
interface Signatures {
  readonly primary: string | undefined;
  readonly security: string | undefined;
}

/** Returns which key signs which mirror. Where both are one mirror, the key of the primary one signs both. */
function signaturesOf(own: Readonly<Record<keyof Signatures, Key>>, { PRIMARY, SECURITY }: Variables): Signatures {
  const pathOf = (key: Key) => (typeof key === 'object' ? key.path : undefined);
  const primary = pathOf(own.primary);
  return { primary, security: pathOf(own.security) ?? (SECURITY === PRIMARY ? primary : undefined) };
}

/** apt reads the two formats from different files; a deb822 list replaces the other, as in the distributions of today. */
function listChanges(content: string, { id }: Facts['os']): readonly Change[] {
  const secret = hasPassword(content) ? ({ secret: true } as const) : {};
  if (!isDeb822(content)) return [{ kind: 'file', path: '/etc/apt/sources.list', content, mode: 0o644, ...secret }];
  return [
    { kind: 'file', path: `/etc/apt/sources.list.d/${id}.sources`, content, mode: 0o644, ...secret },
    { kind: 'absent', path: '/etc/apt/sources.list' },
  ];
}

/** Returns the list of a distribution, with its mirrors as variables. A mirror with a key of its own is signed by that. */
function usualList({ id }: Facts['os'], signedBy: Signatures): string {
  const isDebian = id === 'debian';
  const keyring = `/usr/share/keyrings/${isDebian ? 'debian' : 'ubuntu'}-archive-keyring.gpg`;
  const stanza = (uri: string, suites: string, key = keyring) =>
    [
      `Types: ${isDebian ? 'deb deb-src' : 'deb'}`,
      `URIs: ${uri}`,
      `Suites: ${suites}`,
      `Components: ${isDebian ? 'main' : 'main universe restricted multiverse'}`,
      `Signed-By: ${key}`,
    ].join('\n');
  const usual = stanza('$MIRROR', '$RELEASE $RELEASE-updates $RELEASE-backports', signedBy.primary);
  const security = stanza('$SECURITY', '$RELEASE-security', signedBy.security);
  return `# Written by bootagent.\n${usual}\n\n${security}\n`;
}

function mirrorNotes(settings: AptSettings, context: Context): readonly Note[] {
  return (['primary', 'security'] as const).flatMap((name): Note[] => {
    const mirror = mirrorFor(settings[name], archOf(context));
    if (mirror?.uri !== undefined || !mirror) return [];
    const told = (text: string): Note => ({ level: 'warning', code: 'unsupported', text: `apt.${name}: ${text}` });
    if (mirror.search && mirror.search.length > 1)
      return [told(`the first of "search" is taken (${uriOf(mirror)}); the others are not tried`)];
    return mirror.search_dns ? [told('"search_dns" looks for no mirror; give its address in "uri"')] : [];
  });
}
