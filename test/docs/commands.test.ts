import assert from 'node:assert/strict';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootagent } from '../support/command-line.ts';

/** Every command of README and docs runs here and ends as expected, or is in one of the tables with its reason. */

const folder = mkdtempSync(join(tmpdir(), 'docs-'));
after(() => rmSync(folder, { recursive: true }));

const misspelt = join(folder, 'worker.yaml');
writeFileSync(misspelt, '#cloud-config\ntimezne: Europe/Zurich\n');

/** Returns a separate image for each command, because some commands seal it. */
function imageFor(index: number): string {
  const tree = join(folder, `image-${index}`);
  cpSync('examples/seed-tree', tree, { recursive: true });
  mkdirSync(join(tree, 'etc/bootagent/conf.d'), { recursive: true });
  writeFileSync(join(tree, 'etc/bootagent/conf.d/50-site.yaml'), 'preserve_hostname: true\n');
  return tree;
}

/** Replacements for the paths in the docs. */
const standInsIn = (tree: string): readonly (readonly [RegExp, string])[] => [
  [/\/mnt\/image/g, tree],
  [/(?<=\s)\/etc\/bootagent\/conf\.d\/50-site\.yaml/g, `${tree}/etc/bootagent/conf.d/50-site.yaml`],
  [/(?<=\s)worker\.yaml/g, 'examples/worker-node.yaml'],
  [/(?<= )(?=--as-new$)/g, `--root ${tree} `],
  [/ >doctor\.xml$/g, ''],
];

/** Commands that exit with another code than 0, and why. */
const codes: readonly (readonly [RegExp, number, string])[] = [
  [/^bootagent doctor --root/, 1, 'the tree is no finished image: errors are found'],
  [/^bootagent status/, 3, 'bootagent has not run here'],
];

/** Commands that do not run in this test, and why. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [/^bootagent (?:run|seal)(?! --(?:list|root))/, 'changes this machine: test/root and test/machine run it'],
  [/^bootagent (?:doctor|status|plan|detect|config|facts)$/, 'depends on this machine'],
  [/--disk /, 'needs a disk image: test/image has them'],
  [/^npm (?:start|test|run)/, 'the scripts of package.json: CI runs them'],
  [
    /^(?:\.\/vdc-manage|cd|dnf|nmcli|printf|vi|virt-\w+|guestmount|guestunmount|qemu-img|gpg|sha256sum|rpmsign|rpmkeys|gzip|vdc-manage|openstack|onetemplate)\b/,
    'another program',
  ],
  [/^(?:ssh-keygen|echo|cat)\b/, 'the recipe for signing: test/docs/security.test.ts runs it'],
];

/** First lines of code blocks without commands. */
const noCommands: readonly RegExp[] = [/^instance {4}/, /^\[Unit\]/, /^bootloader --append/, /^elements\/bootagent/];

interface Shown {
  readonly where: string;
  readonly command: string;
}

function shownIn(path: string): readonly Shown[] {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  return blocks.flatMap(([, language = '', block = '']) => {
    if (!['', 'sh', 'bash', 'console'].includes(language)) return [];
    if (noCommands.some((pattern) => pattern.test(block))) return [];
    const lines = block.replaceAll(/\\\n\s*/g, '').split('\n');
    const prompted = lines.filter((line) => line.startsWith('$ '));
    return (prompted.length > 0 ? prompted : lines)
      .map((line) =>
        line
          .replace(/^\$ /, '')
          .replace(/\s+#.*$/, '')
          .trim(),
      )
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((command) => ({ where: path, command }));
  });
}

// docs/commands.md is generated from the command table, and test/commands checks it.
const pages = ['README.md', ...globSync('docs/*.md').toSorted()].filter((path) => path !== 'docs/commands.md');
const shown = pages.flatMap(shownIn);

describe('the commands of the docs', { concurrency: 2 }, () => {
  let ran = 0;
  for (const [index, { where, command }] of shown.entries()) {
    if (elsewhere.some(([pattern]) => pattern.test(command))) continue;
    test(`${where}: ${command}`, async () => {
      assert.match(command, /^bootagent /, 'a program that this test does not know: give the reason in its table');
      const here = command.startsWith('bootagent validate') && where === 'docs/user-data.md';
      const words = here
        ? command.replace('worker.yaml', misspelt)
        : standInsIn(imageFor(index)).reduce((text, [pattern, own]) => text.replace(pattern, own), command);
      const [, expected = here ? 4 : 0] = codes.find(([pattern]) => pattern.test(command)) ?? [];
      const { code, out, err } = await bootagent(words.split(' ').slice(1));
      assert.equal(code, expected, `${words}\n${out}${err}`);
      ran++;
    });
  }

  test('each line of the tables is about a command that is there', () => {
    for (const [pattern] of [...codes, ...elsewhere]) {
      assert.ok(
        shown.some(({ command }) => pattern.test(command)),
        String(pattern),
      );
    }
  });

  after(() => assert.ok(ran > 8, `${ran} commands ran`));
});
