import { asProblem } from '../base/problem.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import * as readFs from '../host/read-fs.ts';
import type { Summary } from './summary.ts';

export const statusFile = '/run/bootagent/status.json';

/** Above the login prompt and after the login: where people look first at a machine that is not as it should be. */
const banners = ['/run/issue.d/50-bootagent.issue', '/run/motd.d/50-bootagent'] as const;

/** Tells everybody on the machine how it went. That this cannot be written (a full disk) ends no run. */
export function publish(host: Host, summary: Summary, err: (text: string) => void): void {
  try {
    files.writeFile(host.root, statusFile, `${JSON.stringify(summary, undefined, 2)}\n`, { mode: 0o644 });
    if (summary.state === 'running' || host.offline) return;
    const text = bannerOf(summary);
    for (const path of banners) {
      if (text !== '') files.writeFile(host.root, path, text, { mode: 0o644 });
      else if (readFs.stat(host.root, path)) files.remove(host.root, path);
    }
  } catch (error) {
    err(`bootagent: ${asProblem(error).message}\n`);
  }
}

/** What failed, by module, item and exit status: everybody may read it, so no program's words. */
export function bannerOf({ state, modules }: Summary): string {
  if (state !== 'failed' && state !== 'problems') return '';
  const lines = Object.entries(modules).flatMap(([name, { problems, items }]) => [
    ...problems.map(({ at, code }) => `  ${name}: ${code} (${at})`),
    ...items
      .filter(({ code }) => code !== 0)
      .map(({ item, of, code }) => `  ${name}: item ${item} of ${of} ended with ${code}`),
  ]);
  const first = state === 'failed' ? 'bootagent: FAILED' : 'bootagent: done with problems';
  return `${[first, ...lines.slice(0, 8), '  more: bootagent status'].join('\n')}\n`;
}
