import { ownPaths } from '../../base/own-paths.ts';
import { Problem } from '../../base/problem.ts';
import { entryIn } from '../../edits/fstab.ts';
import type { Host } from '../../host/host.ts';

/** Refuses a new /etc/fstab with errors from findmnt that the old one does not have: a bad line can stop a boot. */
export async function refuseFaults(before: string, after: string, host: Host): Promise<void> {
  // findmnt checks the paths of the running system, not those of an image.
  if (host.offline) return;
  const all = await faultsIn(after, host);
  if (all.length === 0) return;
  const old = await faultsIn(before, host);
  const found = all.filter((each) => !old.includes(each));
  if (found.length > 0) throw new Problem('not-possible', `The new /etc/fstab is not taken: ${found.join('; ')}`);
}

/** Returns the errors of findmnt, each with its mount point. */
async function faultsIn(text: string, host: Host): Promise<readonly string[]> {
  const trial = ownPaths.trialFstab;
  await host.writeFile(trial, text, { mode: 0o600 });
  const { stdout, stderr } = await host.run(['findmnt', '--verify', '--tab-file', trial], { accept: [0, 1] });
  await host.remove(trial);
  let place = '';
  const errors = stdout.split('\n').flatMap((line) => {
    if (/^\S/.test(line)) place = line;
    const words = /^\s+\[E\] (.*)/.exec(line)?.[1];
    // The content of a device that does not exist yet cannot be detected.
    if (words === undefined || words.startsWith('cannot detect on-disk')) return [];
    return mayBeAbsent(words, place, text) ? [] : [`${place}: ${words}`];
  });
  const unread = [...stderr.matchAll(/parse error at line \d+/g)].map((_, index) => `parse error ${index + 1}`);
  return [...errors, ...unread];
}

/** findmnt reports an absent `LABEL=` or `UUID=` as an error, up to 2.41 even with "nofail", with which a boot continues. */
function mayBeAbsent(words: string, place: string, text: string): boolean {
  const source = /^unreachable on boot required source: (.*)/.exec(words)?.[1];
  if (source === undefined) return false;
  const here = text.split('\n').flatMap((line) => entryIn(line) ?? []);
  const candidates = here.filter(({ file }) => file === place);
  const exact = candidates.filter(({ spec }) => spec === source);
  const meant = exact.length > 0 ? exact : candidates;
  return meant.length > 0 && meant.every(({ options }) => options.split(',').includes('nofail'));
}
