import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stages } from '../../agent/engine/module.ts';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { schedule } from '../../modules/index.ts';
import { context, facts } from '../support/facts.ts';
import { planned } from '../support/settings.ts';

const target = 'etc/cron.d/x';
/** Names that lead to another directory if they become part of a path unchanged. */
const traversals: readonly string[] = [
  `../${target}`,
  `../../../../${target}`,
  `a/../../../${target}`,
  `./../${target}`,
  `/${target}`,
  `//${target}`,
  `a/${target}`,
  `..\\${target}`,
  '..',
  '.',
  '../',
  'a/..',
  `a\\n../${target}`,
  `a\\0/../${target}`,
  `%2e%2e/${target}`,
  `~root/${target}`,
];

/** The places in user-data whose name becomes part of a path. */
const places: Readonly<Record<string, (name: string) => string>> = {
  'a repository id': (name) => `yum_repos: {"${name}": {name: n, baseurl: "http://a/"}}`,
  'a user': (name) =>
    `users: [{name: "${name}", ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V]}]`,
  'a sudo rule of a user': (name) => `users: [{name: "${name}", sudo: "ALL=(ALL) ALL"}]`,
  'a group': (name) => `groups: ["${name}"]`,
  'a time zone': (name) => `timezone: "${name}"`,
  'a locale': (name) => `locale: "${name}"`,
  'a host name': (name) => `hostname: "${name}"`,
};

const modules = stages.flatMap((stage) => schedule[stage]);

/** Returns every text in a change that is a path, or a name from which its handler makes one. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

const leads = (text: string): boolean =>
  text.split(/[/\\]/).includes('..') || text.includes(target) || /[\0\n]\.\./.test(text);

describe('a name that would lead a path elsewhere is in no plan', () => {
  for (const [what, write] of Object.entries(places)) {
    test(what, () => {
      for (const os of ['redhat', 'debian'] as const) {
        const where = context({ os: { ...facts().os, family: os } });
        for (const name of traversals) {
          const plans = modules.map((module) => planned(module, `${write(name)}\n`, where));
          const found = plans
            .flatMap(({ plan }) => plan.flatMap(({ changes }) => changes.flatMap(namesIn)))
            .filter(leads);
          assert.deepEqual(found, [], JSON.stringify(name));
          assert.ok(
            plans.some(({ findings }) => findings.length > 0),
            `${JSON.stringify(name)} is reported`,
          );
        }
      }
    });
  }

  test('a script of a MIME message', async () => {
    for (const name of traversals) {
      const message = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/x-shellscript\nContent-Disposition: attachment; filename="${name}"\n\n#!/bin/sh\n--B--\n`;
      const { scripts } = await readUserData(Buffer.from(message), { source: 'user-data' });
      assert.equal(scripts.length, 1);
      assert.match(scripts[0]?.name ?? '', /^(?!\.{1,2}$)[\w.()%-]+$/, JSON.stringify(name));
    }
  });
});
