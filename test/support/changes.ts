import { spawnSync } from 'node:child_process';

/** The changes of the working tree: against the main branch, or against the last commit if this is the main branch. */

export function changedFiles(): string[] {
  const tracked = git('diff', '--name-only', '--diff-filter=d', base());
  const untracked = git('ls-files', '--others', '--exclude-standard');
  return [...new Set([...tracked, ...untracked])].sort();
}

/** Returns the numbers of the new and changed lines, by file. */
export function changedLines(folders: readonly string[]): Map<string, Set<number>> {
  const changed = new Map<string, Set<number>>();
  let lines = new Set<number>();
  for (const line of git('diff', '--unified=0', '--no-color', base(), '--', ...folders)) {
    const [, file] = /^\+\+\+ b\/(.*)$/.exec(line) ?? [];
    const [, from, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (file !== undefined) {
      lines = new Set();
      changed.set(file, lines);
    }
    for (let n = 0; from !== undefined && n < Number(count); n++) lines.add(Number(from) + n);
  }
  return changed;
}

function base(): string {
  const [head] = git('rev-parse', 'HEAD');
  const [fork] = ['origin/main', 'main'].flatMap((main) => git('merge-base', 'HEAD', main));
  const clean = git('status', '--porcelain').length === 0;
  if (fork !== undefined && fork !== head) return fork;
  return clean && git('rev-parse', '--verify', '--quiet', 'HEAD~1').length > 0 ? 'HEAD~1' : 'HEAD';
}

/** Returns the lines that git prints, or none if git fails, as outside of a clone. */
function git(...args: readonly string[]): string[] {
  const { stdout } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return (stdout ?? '').split('\n').filter((line) => line !== '');
}
