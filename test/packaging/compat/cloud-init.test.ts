import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe as suite, test } from 'node:test';
import { toJson } from '../../../agent/identity/instance-json.ts';
import { agent } from '../../support/command-line.ts';
import { instance } from '../../support/facts.ts';

const source = join(import.meta.dirname, '../../../packaging/compat');
const shells = ['/bin/dash', '/bin/bash'].filter((each) => existsSync(each));

/** A bootagent that prints its arguments, or the file in "answers" named like its command, and exits with "codes". */
const fake = `#!/bin/sh
echo "$(basename "$0") $*" >>"$CALLS"
[ ! -e "$CALLS.$1.code" ] || code=$(cat "$CALLS.$1.code")
[ ! -e "$CALLS.$1" ] || cat "$CALLS.$1"
[ "$1 \${2-}" != 'validate -' ] || cat
exit "\${code-0}"
`;

interface Case {
  readonly answers?: Readonly<Record<string, string>>;
  readonly codes?: Readonly<Record<string, number>>;
  readonly files?: readonly string[];
  readonly program?: 'cloud-init' | 'cloud-init-per';
}

/** Runs the script by each shell, in a folder instead of /var and /etc, and returns what all of them agree on. */
function called(argumentsOfIt: readonly string[], { answers, codes, files = [], program = 'cloud-init' }: Case = {}) {
  const results = shells.map((shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootagent-compat-'));
    try {
      const bin = join(folder, 'bin');
      const calls = join(folder, 'calls');
      mkdirSync(bin);
      for (const name of ['bootagent', 'systemctl']) {
        writeFileSync(join(bin, name), fake);
        chmodSync(join(bin, name), 0o755);
      }
      for (const [name, text] of Object.entries(answers ?? {})) writeFileSync(`${calls}.${name}`, text);
      for (const [name, code] of Object.entries(codes ?? {})) writeFileSync(`${calls}.${name}.code`, String(code));
      for (const file of files) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), '');
      }
      const script = readFileSync(join(source, program), 'utf8').replaceAll(/\/(?:var|etc)\/\w+/g, `${folder}$&`);
      writeFileSync(join(folder, 'script'), script);
      const run = (): { code: number | null; out: string; err: string } => {
        const { status, stdout, stderr } = spawnSync(shell, [join(folder, 'script'), ...argumentsOfIt], {
          cwd: folder,
          encoding: 'utf8',
          env: { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, CALLS: calls },
        });
        const neutral = (text: string) => text.replaceAll(folder, '');
        return { code: status, out: neutral(stdout), err: neutral(stderr) };
      };
      const first = run();
      const kept = files.filter((file) => existsSync(join(folder, file)));
      const again = program === 'cloud-init-per' ? run() : undefined;
      const told = existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [];
      return { ...first, calls: told, kept, again };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  const [result] = results;
  assert.ok(result);
  for (const other of results) assert.deepEqual(other, result);
  return result;
}

const statusOf = (state: string, more: object = {}): string =>
  JSON.stringify(
    {
      schema_version: 1,
      version: '0',
      updated: 1767225600123,
      state,
      stages: ['local'],
      instance: { id: 'i-1', datasource: 'nocloud', how: 'seed "a"', standing: 'new' },
      modules: { runcmd: { state: 'ok', ms: 1, problems: [{ at: 'x', code: 'c', message: 'not this' }], items: [] } },
      notes: [],
      failed: [],
      findings: [],
      probes: {},
      never_ran: [],
      ...more,
    },
    undefined,
    2,
  );

const faults = {
  failed: [{ module: 'runcmd', at: 'runcmd[0]', code: 'failed', message: 'say "no"', items: [{ message: 'inner' }] }],
  notes: [{ level: 'warning', text: 'unknown key "x"', module: 'm' }],
};

suite('cloud-init status', () => {
  for (const [state, status, extended, code] of [
    ['done', 'done', 'done', 0],
    ['problems', 'done', 'degraded done', 2],
    ['failed', 'error', 'error - done', 1],
    ['interrupted', 'error', 'error', 1],
    ['running', 'running', 'running', 0],
    ['not run', 'not run', 'not run', 0],
    ['disabled', 'disabled', 'disabled', 0],
  ] as const) {
    test(`reports ${state} as cloud-init does`, () => {
      const answers = { status: statusOf(state) };
      const short = called(['status', '--wait'], { answers });
      assert.deepEqual(
        [short.out, short.code, short.calls[0]],
        [`status: ${status}\n`, code, 'bootagent status --wait --format json'],
      );
      const json = called(['status', '--format', 'json'], { answers });
      assert.equal(json.code, code);
      assert.equal(JSON.parse(json.out).status, status);
      assert.equal(JSON.parse(json.out).extended_status, extended);
    });
  }

  test('writes all fields of cloud-init as JSON', () => {
    const { out, code } = called(['status', '--format=json'], { answers: { status: statusOf('problems', faults) } });
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(out), {
      boot_status_code: 'enabled-by-generator',
      datasource: 'nocloud',
      detail: 'seed "a"',
      errors: [],
      extended_status: 'degraded done',
      last_update: 'Thu, 01 Jan 2026 00:00:00 +0000',
      recoverable_errors: { ERROR: ['say "no"'], WARNING: ['unknown key "x"'] },
      status: 'done',
    });
  });

  test('lists what failed under errors where the boot failed', () => {
    const more = { ...faults, never_ran: ['bootagent-final.service never ran'] };
    const { out } = called(['status', '--format', 'json'], { answers: { status: statusOf('failed', more) } });
    const { errors, recoverable_errors } = JSON.parse(out);
    assert.deepEqual(errors, ['say "no"', 'bootagent-final.service never ran']);
    assert.deepEqual(recoverable_errors, { WARNING: ['unknown key "x"'] });
  });

  test('writes the same as YAML and as text', () => {
    const answers = { status: statusOf('problems', faults) };
    assert.equal(
      called(['status', '--format', 'yaml'], { answers }).out,
      `---
boot_status_code: "enabled-by-generator"
datasource: "nocloud"
detail: "seed \\"a\\""
errors: []
extended_status: "degraded done"
last_update: "Thu, 01 Jan 2026 00:00:00 +0000"
recoverable_errors: {"ERROR": ["say \\"no\\""], "WARNING": ["unknown key \\"x\\""]}
status: "done"
`,
    );
    assert.equal(
      called(['status', '--long'], { answers }).out,
      `status: done
extended_status: degraded done
boot_status_code: enabled-by-generator
last_update: Thu, 01 Jan 2026 00:00:00 +0000
detail: seed "a"
errors: []
recoverable_errors:
ERROR:
\t- say "no"
WARNING:
\t- unknown key "x"
`,
    );
  });

  test('exits 0 for a degraded boot where the image says so', () => {
    const config = JSON.stringify(
      { schema_version: 1, values: [{ key: 'compat.degraded_exit', value: '"0"', from: 'x' }] },
      undefined,
      2,
    );
    const answers = { status: statusOf('problems', faults), config };
    assert.equal(called(['status'], { answers }).code, 0);
    assert.equal(called(['status'], { answers: { ...answers, config: config.replace('\\"0', '\\"2') } }).code, 2);
    assert.equal(called(['status'], { answers: { ...answers, status: statusOf('failed') } }).code, 1);
  });

  test('names the file that disables the machine, and reports an error without an answer', () => {
    const disabled = called(['status', '--long'], {
      answers: { status: statusOf('disabled') },
      files: ['etc/bootagent/disabled'],
    });
    assert.match(disabled.out, /boot_status_code: disabled-by-marker-file\n/);
    const nothing = called(['status', '--format', 'json'], { codes: { status: 1 } });
    assert.equal(nothing.code, 1);
    assert.equal(JSON.parse(nothing.out).status, 'error');
  });
});

suite('cloud-init runs the command of bootagent', () => {
  for (const [words, calls] of [
    ['query v1.local_hostname', ['query v1.local_hostname']],
    ['query userdata', ['query userdata']],
    ['query --all', ['query']],
    ['query -a', ['query']],
    ['query --list-keys', ['query --list-keys']],
    ['query -l v1', ['query --list-keys v1']],
    ['query --format={{v1.region}}', ['query --template {{v1.region}}']],
    ['query -f {{v1.region}}', ['query --template {{v1.region}}']],
    ['clean', ['reset --yes']],
    ['schema -c a.yaml', ['validate a.yaml']],
    ['schema --config-file=a.yaml --annotate', ['validate a.yaml']],
    ['schema --system', ['query userdata', 'validate -']],
    ['collect-logs', ['report --out cloud-init.tar.gz']],
    ['collect-logs -u -t a.tar.gz', ['report --out a.tar.gz']],
    ['analyze show', ['analyze']],
    ['analyze blame', ['analyze blame']],
    ['analyze dump', ['analyze --format json']],
    ['--version', ['version']],
  ] as const) {
    test(`${words}: ${calls.join(', ')}`, () => {
      const result = called(words.split(' '));
      assert.deepEqual([result.code, result.calls, result.err], [0, calls.map((each) => `bootagent ${each}`), '']);
      if (words === '--version') return;
      const [first = ''] = calls[0].split(' ');
      assert.equal(called(words.split(' '), { codes: { [first]: 4 } }).code, 1, 'a failure exits 1');
    });
  }

  test('a template keeps its spaces', () => {
    const template = 'text {{ v1.x }}';
    assert.deepEqual(called(['query', '--format', template]).calls, [`bootagent query --template ${template}`]);
  });

  test('schema --system passes on the user-data, and says that it is valid', () => {
    const { out } = called(['schema', '--system'], { answers: { query: '#cloud-config\na: 1\n' } });
    assert.equal(out, '#cloud-config\na: 1\nValid schema user-data\n');
    assert.equal(called(['schema', '-c', 'a.yaml']).out, 'Valid schema a.yaml\n');
  });
});

suite('cloud-init clean', () => {
  const [semaphore, seed, log] = [
    'var/lib/cloud/sem/bootper.x.once',
    'var/lib/cloud/seed/nocloud/meta-data',
    'var/log/bootagent/bootagent.log',
  ];
  const files = [semaphore, seed, log];

  test('keeps the seed and the logs', () => {
    assert.deepEqual(called(['clean'], { files }).kept, [seed, log]);
  });

  test('removes the seed, the logs and the machine-id, and reboots, where the options say so', () => {
    const { calls, kept } = called(['clean', '--seed', '--logs', '--machine-id', '--reboot'], { files });
    assert.deepEqual(kept, []);
    assert.deepEqual(calls, [
      'bootagent reset --yes',
      'bootagent seal --only machine-id --force --yes',
      'systemctl reboot',
    ]);
  });

  test('removes nothing where bootagent refuses, and does not reboot', () => {
    const { code, calls, kept } = called(['clean', '-s', '-l', '-r'], { files, codes: { reset: 75 } });
    assert.deepEqual([code, calls, kept], [1, ['bootagent reset --yes'], files]);
  });
});

suite('cloud-init refuses', () => {
  for (const [words, instead] of [
    ['init', 'bootagent run'],
    ['single --name runcmd', 'bootagent run'],
    ['features', 'bootagent --help'],
    ['--debug', 'bootagent --help'],
    ['status --nope', 'bootagent status'],
    ['status --format xml', 'bootagent status --format json'],
    ['query --instance-data x', 'bootagent query'],
    ['clean --configs all', 'bootagent reset --yes'],
    ['schema --docs all', 'bootagent validate FILE'],
    ['collect-logs --nope', 'bootagent report --out FILE'],
    ['analyze boot', 'bootagent analyze'],
    ['analyze show -i x', 'bootagent analyze'],
  ] as const) {
    test(`${words}, and names ${instead}`, () => {
      const { code, out, err, calls } = called(words.split(' '));
      assert.deepEqual([code, out, calls], [2, '', []]);
      assert.ok(err.includes('bootagent-compat does not answer "cloud-init ') && err.includes(`Use: ${instead}`), err);
    });
  }

  for (const words of ['query', 'query a b', 'query --format', 'status --format', 'schema', 'schema -c a --system']) {
    test(`incomplete command line: ${words}`, () => {
      const { code, err, calls } = called(words.split(' '));
      assert.ok(code === 1 || code === 2);
      assert.match(err, /^cloud-init: /);
      assert.deepEqual(calls, []);
    });
  }

  test('nothing with --help, which lists the commands that are answered', () => {
    for (const words of [['--help'], ['-h'], ['query', '--help']]) {
      const { code, out } = called(words);
      assert.equal(code, 0);
      for (const command of ['status', 'query', 'clean', 'schema', 'collect-logs', 'analyze'])
        assert.match(out, new RegExp(`^  ${command} `, 'm'));
    }
    assert.equal(called([]).code, 2);
  });
});

suite('cloud-init-per', () => {
  const program = 'cloud-init-per';
  const answers = { query: 'i-1\n' };

  for (const [frequency, times] of [
    ['once', 1],
    ['instance', 1],
    ['always', 2],
  ] as const) {
    test(`${frequency}: of two calls, ${times} run the command`, () => {
      const { out, code, again } = called([frequency, 'a', 'sh', '-c', 'echo ran; exit 3'], { program, answers });
      assert.deepEqual([out, code], ['ran\n', 3]);
      assert.deepEqual(again, times === 1 ? { code: 0, out: '', err: '' } : { code: 3, out: 'ran\n', err: '' });
    });
  }

  for (const [frequency, semaphore] of [
    ['once', 'var/lib/cloud/sem/bootper.a.once'],
    ['instance', 'var/lib/cloud/instances/i-1/sem/bootper.a.instance'],
  ] as const) {
    test(`${frequency}: keeps its semaphore where cloud-init does`, () => {
      const words = [frequency, 'a', 'echo', 'ran'];
      assert.equal(called(words, { program, answers, files: [semaphore] }).out, '');
      assert.equal(called(words, { program, answers: { query: 'i-2\n' }, files: [`${semaphore}x`] }).out, 'ran\n');
    });
  }

  test('refuses what is incomplete or unknown, and runs nothing', () => {
    for (const words of [[], ['once', 'a'], ['daily', 'a', 'echo'], ['once', '../a', 'echo'], ['once', '', 'echo']]) {
      const { code, out, err } = called(words, { program, answers });
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, /cloud-init-per/);
    }
    const unknown = called(['instance', 'a', 'echo', 'ran'], { program, codes: { query: 4 } });
    assert.deepEqual([unknown.code, unknown.out], [1, '']);
    assert.match(unknown.err, /the instance is not known, so "a" did not run/);
  });
});

test('the answers of bootagent itself are read: metadata, status and the setting of the image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-compat-'));
  try {
    const { state, updated, ...more } = JSON.parse(statusOf('problems', { left: [], keys: 0, fingerprints: [] }));
    const files = {
      'bin/bootagent': `#!/bin/sh\ncommand=$1\nshift\nexec ${agent.join(' ')} "$command" --root ${folder}/root "$@"\n`,
      'root/run/bootagent/status.json': JSON.stringify({ ...more, state, updated, seconds: 1, console_lines: 0 }),
      'root/var/lib/bootagent/instance.json': JSON.stringify(toJson(instance({ id: 'i-7', datasource: 'ec2' }))),
      'root/etc/bootagent/bootagent.yaml': 'compat: {degraded_exit: 0}\n',
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    chmodSync(join(folder, 'bin/bootagent'), 0o755);
    const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...env } = process.env;
    const answer = (...words: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync('/bin/sh', [join(source, 'cloud-init'), ...words], {
        encoding: 'utf8',
        env: { ...env, PATH: `${folder}/bin:${env.PATH}` },
      });
      return { status, stdout, stderr };
    };
    assert.deepEqual(answer('query', '--format', 'text {{ v1.instance_id }}').stdout, 'text i-7\n');
    const degraded = answer('status', '--format', 'json');
    assert.deepEqual(
      [degraded.status, JSON.parse(degraded.stdout).extended_status],
      [0, 'degraded done'],
      degraded.stderr,
    );
    assert.equal(JSON.parse(degraded.stdout).detail, 'seed "a"');
    rmSync(join(folder, 'root/etc'), { recursive: true });
    assert.equal(answer('status').status, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
