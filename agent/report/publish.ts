import { ownPaths } from '../base/own-paths.ts';
import { asProblem } from '../base/problem.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import * as readFs from '../host/read-fs.ts';
import type { Summary } from './summary.ts';
import { whyLines } from './why.ts';

export const statusFile = ownPaths.status;

/** Above the login prompt and after the login: where people look first at a machine that is not as it should be. */
export const banners = [ownPaths.loginNotice, ownPaths.messageOfTheDay] as const;

/** Tells everybody on the machine how it went. That this cannot be written (a full disk) ends no run. */
export function publish(host: Host, summary: Summary, err: (text: string) => void): void {
  try {
    const { [statusFile]: status = '', ...shown } = publishedFiles(summary);
    files.writeFile(host.root, statusFile, status, { mode: 0o644 });
    if (summary.state === 'running' || host.offline) return;
    for (const path of banners) {
      const text = shown[path];
      if (text !== undefined) files.writeFile(host.root, path, text, { mode: 0o644 });
      else if (readFs.stat(host.root, path)) files.remove(host.root, path);
    }
  } catch (error) {
    err(`bootagent: ${asProblem(error).message}\n`);
  }
}

/** The files in /run that say how the boot went, by path; a banner that has nothing to say is not there. */
export function publishedFiles(summary: Summary): Readonly<Record<string, string>> {
  const text = bannerOf(summary);
  const shown = text === '' ? [] : banners.map((path) => [path, text] as const);
  return { [statusFile]: `${JSON.stringify(summary, undefined, 2)}\n`, ...Object.fromEntries(shown) };
}

/** Why the boot failed, for everybody: no program's words but those that every view shows. */
export function bannerOf(summary: Summary): string {
  const lines = summary.state === 'disabled' ? [] : whyLines(summary);
  // agetty reads a backslash as the beginning of an escape of its own.
  return lines.length === 0 ? '' : `${lines.join('\n').replace(/[^\n -[\]-~\u00a0-\u{10ffff}]/gu, '?')}\n`;
}
