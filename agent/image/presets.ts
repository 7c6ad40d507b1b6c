// Format: systemd presets, https://www.freedesktop.org/software/systemd/man/latest/systemd.preset.html
import { globMatcher } from '../base/glob-pattern.ts';
import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';

/**
 * Whether systemd will enable a unit at the first boot although it is disabled in the image: if the machine-id is
 * missing or "uninitialized", systemd enables every unit that its presets do not disable.
 */
export async function turnedOnByPresets(name: string, host: ReadHost): Promise<boolean> {
  const unit = `${name}.service`;
  const folders = ['/usr/lib/systemd/system', '/lib/systemd/system', '/etc/systemd/system'];
  const texts = await Promise.all(folders.map((folder) => host.readText(`${folder}/${unit}`)));
  const text = texts.find((each) => each !== undefined);
  const hasSystemd = (await host.stat('/usr/lib/systemd/systemd')) ?? (await host.stat('/lib/systemd/systemd'));
  if (!hasSystemd || text === undefined || !/^\[Install\]/m.test(text)) return false;
  const id = await host.readText('/etc/machine-id');
  return (id === undefined || id.trim() === 'uninitialized') && (await presetOf(unit, host)) === 'enable';
}

/** Returns the word of the first matching line, with files in the order of their names; "enable" if no line matches. */
async function presetOf(unit: string, host: ReadHost): Promise<string> {
  const byName = new Map<string, string>();
  // A file in a later folder overrides files of the same name.
  for (const top of ['/lib', '/usr/lib', '/run', '/etc']) {
    for (const path of await matchingPaths([`${top}/systemd/system-preset/*.preset`], host)) {
      byName.set(path.slice(path.lastIndexOf('/') + 1), path);
    }
  }
  for (const name of [...byName.keys()].sort()) {
    for (const line of ((await host.readText(byName.get(name) ?? '')) ?? '').split('\n')) {
      const [, word, pattern = ''] = /^\s*(enable|disable)\s+(\S+)/.exec(line) ?? [];
      if (word !== undefined && globMatcher(pattern, { escapes: false })(unit)) return word;
    }
  }
  return 'enable';
}
