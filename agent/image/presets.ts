// Format: systemd presets, https://www.freedesktop.org/software/systemd/man/latest/systemd.preset.html
import { globMatcher } from '../base/glob-pattern.ts';
import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';

/**
 * Whether systemd will turn a unit on at the first boot, though it is off in the image: where the machine's id is
 * missing or "uninitialized" it enables every unit that its presets do not turn off.
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

/** The first line that fits decides, files in the order of their names; a unit that none speaks of is enabled. */
async function presetOf(unit: string, host: ReadHost): Promise<string> {
  const byName = new Map<string, string>();
  // A file in a later folder takes the place of its namesakes.
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
