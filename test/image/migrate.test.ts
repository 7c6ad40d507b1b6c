import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrated } from '../../agent/image/migrate.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';

const main = {
  path: '/etc/cloud/cloud.cfg',
  text: `users: [default]
disable_root: true
ntp: {enabled: true}
syslog_fix_perms: root:adm
bogus: 1
timezone: [no, text]
cloud_init_modules: [users-groups]
cloud_config_modules: [locale, timezone]
cloud_final_modules: [[scripts-user, always]]
system_info:
  distro: debian
  default_user: {name: debian, groups: [adm, sudo], sudo: ["ALL=(ALL) NOPASSWD:ALL"]}
`,
};
const drop = { path: '/etc/cloud/cloud.cfg.d/90.cfg', text: 'system_info: {default_user: {name: admin}}\n' };

test('migrate takes what bootagent reads, and gives a reason for each other key', async () => {
  const { text, keys } = await migrated([main, drop], schedule);
  assert.match(text, /^# users: taken .*\n"users": \["default"\]$/m);
  assert.match(text, /"name":"admin","groups":\["adm","sudo"\]/);
  assert.match(text, /^# ntp: left out .*module ntp is off/m);
  assert.match(text, /^# syslog_fix_perms: left out .*unsupported: bootagent writes to the journal/m);
  assert.match(text, /^# bogus: left out .*does not read this key/m);
  assert.match(text, /^# timezone: left out .*unsupported: timezone/m);
  assert.deepEqual(
    keys.filter(({ why }) => why === undefined).map(({ key }) => key),
    ['users', 'disable_root', 'system_info'],
  );
  assert.doesNotMatch(text, /^"(?:ntp|bogus|timezone|cloud_init_modules)"/m);
});

test('what bootagent does without a key is switched off where the module of cloud-init is off', async () => {
  const { text } = await migrated([main], schedule);
  assert.match(text, /module growpart is off in this image\ngrowpart: \{mode: "off"\}$/m);
  assert.match(text, /^preserve_hostname: true$/m);
  const lists = main.text.replace('[users-groups]', '[users-groups, growpart, set_hostname, update_hostname]');
  assert.doesNotMatch((await migrated([{ ...main, text: lists }], schedule)).text, /growpart|preserve_hostname/);
});

test('validate finds no error in what migrate makes', async () => {
  const { findings } = await validate(
    Buffer.from((await migrated([main, drop], schedule)).text),
    'a',
    schedule,
    'image',
  );
  assert.deepEqual(
    findings.filter(({ level }) => level === 'error'),
    [],
  );
});

for (const [name, text] of [
  ['a list', '- a\n'],
  ['no YAML', 'a: [1\n'],
  ['binary', '\0\u0001\u0002'],
  ['a template', '## template:jinja\n{% if a %}\n'],
] as const)
  test(`migrate refuses ${name} with the path of the file`, async () => {
    await assert.rejects(migrated([{ path: '/c/cloud.cfg', text }], schedule), /\/c\/cloud\.cfg/);
  });
