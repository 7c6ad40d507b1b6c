import { ownPaths } from '../base/own-paths.ts';
import { asProblem } from '../base/problem.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import * as readFs from '../host/read-fs.ts';
import type { Summary } from './summary.ts';
import { whyLines } from './why.ts';

export const statusFile = ownPaths.status;

/** The notices above the login prompt and after the login, where users of a failed machine look first. */
export const banners = [ownPaths.loginNotice, ownPaths.messageOfTheDay] as const;

/** Writes the status file and the notices. If they cannot be written (a full disk), the run goes on. */
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

/** Returns the files in /run that report the result of the boot, by path; an empty banner is left out. */
export function publishedFiles(summary: Summary): Readonly<Record<string, string>> {
  const text = bannerOf(summary);
  const shown = text === '' ? [] : banners.map((path) => [path, text] as const);
  return { [statusFile]: `${JSON.stringify(summary, undefined, 2)}\n`, ...Object.fromEntries(shown) };
}

/** Returns why the boot failed. All users can read it, so it contains no output of programs that other views hide. */
export function bannerOf(summary: Summary): string {
  const lines = summary.state === 'disabled' ? [] : whyLines(summary);
  // agetty interprets a backslash as the start of an escape sequence.
  return lines.length === 0 ? '' : `${lines.join('\n').replace(/[^\n -[\]-~\u00a0-\u{10ffff}]/gu, '?')}\n`;
}
