import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bootcmd } from '../../modules/bootcmd.ts';
import { output } from '../../modules/output.ts';
import { runcmd } from '../../modules/runcmd.ts';
import { userScripts } from '../../modules/scripts.ts';
import { snap } from '../../modules/snap.ts';
import { context } from '../support/facts.ts';
import { foundIn, plan } from '../support/settings.ts';

/** Returns the programs that read the output of a list of commands. */
function readersOf(module: Parameters<typeof plan>[0], yaml: string, where = context()): unknown {
  const script = plan(module, yaml, where)
    .flatMap(({ changes }) => changes)
    .find(({ kind }) => kind === 'script');
  assert.ok(script?.kind === 'script');
  return script.output;
}

describe('output', () => {
  for (const [yaml, wanted] of [
    ['"| tee -a /var/log/a.log"', { both: 'tee -a /var/log/a.log' }],
    ['">> /var/log/a.log"', { both: "cat >>'/var/log/a.log'" }],
    ['">>/var/log/it\'s.log"', { both: "cat >>'/var/log/it'\\''s.log'" }],
    ['/var/log/a.log', { both: "cat >>'/var/log/a.log'" }],
    ['["> /a", "> /b"]', { stdout: "cat >>'/a'", stderr: "cat >>'/b'" }],
    ['[">> /a", "&1"]', { both: "cat >>'/a'" }],
    ['[">> /a", ">> /a"]', { both: "cat >>'/a'" }],
    ['[">> /a"]', { stdout: "cat >>'/a'" }],
    ['{output: "| a", error: "| b"}', { stdout: 'a', stderr: 'b' }],
    ['{error: "| b"}', { stderr: 'b' }],
  ] as const) {
    test(`${yaml} becomes the readers of the streams`, () =>
      assert.deepEqual(readersOf(runcmd, `runcmd: [a]\noutput: {all: ${yaml}}\n`), wanted));
  }

  test('of a stage comes before that of all stages', () => {
    const asked = 'output: {all: "| a", init: "| i", config: "| c", final: "| f"}\n';
    assert.deepEqual(readersOf(runcmd, `runcmd: [a]\n${asked}`), { both: 'f' });
    assert.deepEqual(readersOf(bootcmd, `bootcmd: [a]\n${asked}`), { both: 'i' });
    assert.deepEqual(readersOf(snap, `snap: {commands: [a]}\n${asked}`), { both: 'c' });
    const scripts = [{ name: 'a', content: '#!/bin/sh\n', when: 'instance' }] as const;
    assert.deepEqual(readersOf(userScripts, asked, { ...context(), scripts }), { both: 'f' });
    assert.equal(readersOf(bootcmd, 'bootcmd: [a]\noutput: {final: "| f"}\n'), undefined);
  });

  test('that would overwrite is appended to, and this is noted', () => {
    assert.deepEqual(plan(output, 'output: {all: "> /a"}')[0]?.notes, [
      { level: 'note', text: 'the file is appended to: several lists of commands write to it' },
    ]);
    assert.deepEqual(plan(output, 'output: {all: ">> /a"}'), []);
    assert.deepEqual(plan(output, 'a: 1'), []);
  });

  for (const [yaml, message] of [
    ['{all: {a: b}}', /output\.all\.a: no such setting/],
    ['{all: [[]]}', /user-data:1:15 output\.all: expected a target such as/],
    ['{all: "|"}', /output\.all: expected a target such as/],
    ['{all: ["&1", ">> /a"]}', /output\.all: expected a target such as/],
    ['{all: [a, b, c]}', /output\.all: expected a target such as/],
    ['{al: a}', /output\.al: no such setting/],
  ] as const) {
    test(`${yaml} is refused, and reported by one module`, () => {
      assert.match(foundIn(output, `output: ${yaml}`).join(), message);
      assert.deepEqual(foundIn(runcmd, `runcmd: [a]\noutput: ${yaml}`), []);
    });
  }
});
