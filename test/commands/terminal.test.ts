import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { printable } from '../../agent/base/printable.ts';
import { agent, bootagent } from '../support/command-line.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-terminal-'));
after(() => rmSync(scratch, { recursive: true }));

const lacksScript = !existsSync('/usr/bin/script') && 'script is not installed';

/** Escape sequences, a carriage return, C1 controls and a mark that reverses text: in keys, values and user names. */
const nasty = 'x\\e[2J\\e]0;title\\a\\r\\x9b1A\\u202Ey';
const raw = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]/;
const userData = `#cloud-config
"k${nasty}": 1
hostname: "h${nasty}"
locale: ["${nasty}"]
users: [{name: "u${nasty}"}]
write_files:
- {path: "/etc/a${nasty}", content: "one\\nl${nasty}\\n"}
- {path: "${nasty}"}
`;

const seedFolder = 'var/lib/bootagent/seed';

function tree(): string {
  const root = mkdtempSync(join(scratch, 'root-'));
  for (const folder of ['etc/bootagent', seedFolder]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/bootagent/bootagent.yaml'), `locale: "c${nasty}"\n"o${nasty}": [a\n`);
  writeFileSync(join(root, seedFolder, 'meta-data'), '{"instance-id": "i-1", "tag": "t\\u001b[2J\\u009b1A"}\n');
  writeFileSync(join(root, seedFolder, 'user-data'), userData);
  return root;
}

const colour = /\x1b\[(?:1|22|3[1-6]|39|90)m/;

/** Runs a command on a terminal of 60 columns and returns what it shows. */
function onTerminal(args: readonly string[], env: Readonly<Record<string, string>>): string {
  const line = [...agent, ...args].map((word) => `'${word}'`).join(' ');
  const { NO_COLOR, FORCE_COLOR, NODE_OPTIONS, NODE_TEST_CONTEXT, COLUMNS, ...rest } = process.env;
  const command = ['-qec', `stty cols 60; ${line} || true`, '/dev/null'];
  return execFileSync('script', command, { env: { ...rest, ...env }, encoding: 'utf8' });
}

describe('colour and width of a terminal', { skip: lacksScript }, () => {
  const file = join(scratch, 'slip.yaml');
  writeFileSync(file, '#cloud-config\nhostnme: a\ntimezone: Europe/Berlin\nntp: {servers: 1}\n');
  const commands = [
    ['validate', file],
    ['doctor', '--root', tree()],
    ['detect', '--root', tree()],
    ['config', '--root', tree(), '--user-data', file],
  ];

  for (const args of commands) {
    test(`${args[0]} is coloured, and plain where the environment says so`, () => {
      assert.match(onTerminal(args, { TERM: 'xterm' }), colour);
      for (const env of [{ TERM: 'dumb' }, { TERM: 'xterm', NO_COLOR: '1' }, { TERM: 'xterm', FORCE_COLOR: '0' }])
        assert.doesNotMatch(onTerminal(args, env), /\x1b/, JSON.stringify(env));
    });
  }

  test('sentences are wrapped at its width', () => {
    const out = onTerminal(['doctor', '--root', tree()], { TERM: 'dumb' });
    const tooLong = out.split(/\r?\n/).filter((line) => line.length > 60 && /\S \S.* \S/.test(line.slice(25)));
    assert.deepEqual(
      tooLong.filter((line) => !line.startsWith('Examined')),
      [],
    );
  });
});

describe('what others wrote reaches no terminal raw', { concurrency: 2 }, () => {
  const root = tree();
  const seed = join(root, seedFolder);
  const file = join(seed, 'user-data');
  const commands: readonly (readonly string[])[] = [
    ['plan', '--root', root, '--user-data', file],
    ['plan', '--root', root, '--user-data', file, '--format', 'json'],
    ['run', '--root', root],
    ['status', '--root', root],
    ['query', '--root', root],
    ['query', 'ds.meta_data.tag', '--root', root],
    ['config', '--root', root, '--user-data', file],
    ['validate', file],
    ['validate', '--format', 'github', file],
  ];

  test('on a terminal', { skip: lacksScript }, () => {
    for (const args of commands) {
      const shown = onTerminal(args, { TERM: 'xterm' });
      assert.ok(shown.length > 10, args.join(' '));
      const own = shown.replaceAll(new RegExp(colour, 'g'), '');
      assert.doesNotMatch(own, raw, args.join(' '));
    }
  });

  test('through a pipe, in all that is for people', async () => {
    for (const args of commands.filter(([name]) => name !== 'query')) {
      const { out, err } = await bootagent(args, args[0] === 'run' ? { env: { BOOTAGENT_UNIT: '1' } } : {});
      if (!args.includes('json')) assert.doesNotMatch(out + err, raw, args.join(' '));
    }
    assert.equal((await bootagent(['query', 'ds.meta_data.tag', '--root', root])).out, 't\x1b[2J\x9b1A\n');
  });
});

test('control characters are shown as escapes, and other text is left alone', () => {
  assert.equal(printable('a\x1b[31m\r\x9b\x7f\u202eb'), 'a\\x1b[31m\\x0d\\x9b\\x7f\\u202eb');
  assert.equal(printable('Grüße\t日本 😀\n'), 'Grüße\t日本 😀\n');
});
