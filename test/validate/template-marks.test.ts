// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of other tools.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderText } from '../../agent/validate/render.ts';
import { maskTemplate } from '../../agent/validate/template-marks.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';

const verdictOn = (content: string, template: boolean) =>
  validate(Buffer.from(content), 'user-data', schedule, 'user-data', { template });

const lines = async (content: string, template = true): Promise<readonly string[]> =>
  (await verdictOn(content, template)).findings.map(
    ({ place, level, code, at }) => `${place.line}:${place.column} ${level}[${code}] ${at}`,
  );

/** Templates, and what is reported about each: the location, the level, the code and the key. */
const templates: readonly (readonly [name: string, text: string, found: readonly string[]])[] = [
  ['Terraform: a value', '#cloud-config\nhostname: ${name}\n', []],
  ['Terraform: a part of a value', '#cloud-config\nfqdn: web-${index + 1}.${domain}\n', []],
  ['Terraform: a number', '#cloud-config\nphone_home:\n  url: https://a/\n  tries: ${n}\n', []],
  ['Terraform: a list and a mapping', '#cloud-config\npackages: ${jsonencode(packages)}\nntp: ${ntp}\n', []],
  [
    'Terraform: braces and texts in an expression',
    '#cloud-config\nhostname: ${join("}", [for k, v in {a = "${b}"} : k])} \n',
    [],
  ],
  ['Terraform: a quoted value with quotes in it', '#cloud-config\nhostname: "${lookup(names, "web")}"\n', []],
  [
    'Terraform: an expression of several lines',
    '#cloud-config\npackages: ${jsonencode([\n"a",\n"b"\n])}\ntimezne: UTC\n',
    ['6:1 error[unknown-key] timezne'],
  ],
  [
    'Terraform: a loop',
    '#cloud-config\npackages:\n%{ for p in packages ~}\n  - ${p}\n%{ endfor ~}\ntimezne: UTC\n',
    ['6:1 error[unknown-key] timezne'],
  ],
  [
    'Terraform: the text of a file',
    '#cloud-config\nwrite_files:\n  - path: /etc/a\n    content: |\n      ${indent(6, text)}\n    permisions: "0644"\n',
    ['6:5 error[unknown-key] write_files[0].permisions'],
  ],
  [
    'Terraform: octal and encoded values',
    '#cloud-config\nwrite_files:\n  - path: ${path}\n    permissions: ${mode}\n    encoding: b64\n    content: ${base64encode(text)}\n',
    [],
  ],
  [
    'Terraform: a typo beside a value',
    '#cloud-config\ntimezne: ${zone}\nhostname: ${name}\n',
    ['2:1 error[unknown-key] timezne'],
  ],
  [
    'Terraform: a typo behind a value',
    '#cloud-config\nusers: [{name: ${name}, shel: /bin/sh}]\n',
    ['2:25 error[unknown-key] users[0].shel'],
  ],
  [
    'Terraform: a literal is checked',
    '#cloud-config\nphone_home:\n  url: https://a/\n  tries: $${n}\n',
    ['4:10 error[bad-settings] phone_home.tries'],
  ],
  [
    'Terraform: both branches give a key',
    '#cloud-config\n%{ if a ~}\nhostname: a\n%{ else ~}\nhostname: b\n%{ endif ~}\n',
    [],
  ],
  ['Ansible: a value without quotes', '#cloud-config\nhostname: {{ inventory_hostname }}\n', []],
  [
    'Ansible: a comment and a quoted value',
    '{# note #}\n#cloud-config\n# {{ ansible_managed }}\nhostname: "{{ name | default("a") }}"\n',
    [],
  ],
  [
    'Ansible: a loop with a typo in it',
    '#cloud-config\nusers:\n{% for u in users %}\n  - name: {{ u.name }}\n    gruops: {{ u.groups }}\n{% endfor %}\n',
    ['5:5 error[unknown-key] users[0].gruops'],
  ],
  ['Ansible: a condition on one line', '#cloud-config\nhostname: a{% if b %}-b{% endif %}\n', []],
  [
    'Ansible: a wrong value beside a template',
    '#cloud-config\nhostname: {{ a }}\nspread: soon\n',
    ['3:9 error[bad-settings] spread'],
  ],
  ['Helm: a value through a pipe', '#cloud-config\nhostname: {{ .Values.name | quote }}\n', []],
  [
    'Helm: a list below its key',
    '#cloud-config\npackages:\n{{ toYaml .Values.packages | indent 2 }}\ntimezne: UTC\n',
    ['4:1 error[unknown-key] timezne'],
  ],
  [
    'Helm: conditions and comments',
    '{{- /* note */ -}}\n#cloud-config\n{{- if .Values.zone }}\ntimezone: {{ .Values.zone }}\n{{- end }}\nspread: soon\n',
    ['6:9 error[bad-settings] spread'],
  ],
  [
    'Helm: more items of a list',
    '#cloud-config\npackages:\n  - a\n{{- range .Values.packages }}\n  - {{ . }}\n{{- end }}\n',
    [],
  ],
];

describe('validate --template', () => {
  for (const [name, text, found] of templates) {
    test(name, async () => assert.deepEqual(await lines(text), found));
  }

  test('shows the line as it is written, with the mark below it', async () => {
    const verdict = await verdictOn('#cloud-config\nusers: [{name: ${name}, shel: /bin/sh}]\n', true);
    assert.match(
      renderText(verdict),
      /\n {4}2 \| users: \[\{name: \$\{name\}, shel: \/bin\/sh\}\]\n {6}\| {25}\^{4}\n$/,
    );
  });

  test('quotes marks in messages as they are written', async () => {
    const { findings } = await verdictOn('#cloud-config\n{a: ${b}\n', true);
    assert.ok(findings.length > 0);
    assert.ok(findings.every(({ message }) => !/[\ue000-\uf8ff]/.test(message)));
  });

  test('reads compressed and empty user-data as without the option', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(Buffer.from('#cloud-config\ntimezne: UTC\n'));
    const { findings } = await validate(packed, 'user-data', schedule, 'user-data', { template: true });
    assert.deepEqual(
      findings.map(({ at }) => at),
      ['timezne'],
    );
    assert.deepEqual(await lines(''), await lines('', false));
  });
});

describe('the advice to use --template', () => {
  const advised = async (content: string): Promise<boolean> =>
    (await verdictOn(content, false)).findings.some(({ hint }) => hint?.includes('"--template"'));

  for (const [text, expected] of [
    ['#cloud-config\nphone_home:\n  url: https://a/\n  tries: ${n}\n', true],
    ['#cloud-config\nhostname: {{ name }}\n', true],
    ['#cloud-config\npackages:\n%{ for p in packages ~}\n  - ${p}\n%{ endfor ~}\n', true],
    ['#cloud-config\n{% if a %}\nhostname: a\n{% endif %}\n', true],
    ['#cloud-config\nruncmd:\n  - echo ${HOME} "${a:-b}"\n', false],
    ['#cloud-config\nwrite_files:\n  - path: /a\n    content: |\n      #!/bin/bash\n      echo ${HOME}\n', false],
    ['#cloud-config\nruncmd:\n  - echo ${HOME}\ntimezne: UTC\n', false],
    ['#cloud-config\nsalt_minion: ${a}\n', false],
  ] as const) {
    test(`${expected ? 'is given' : 'is not given'}: ${JSON.stringify(text.slice(14))}`, async () =>
      assert.equal(await advised(text), expected));
  }
});

describe('maskTemplate', () => {
  test('keeps every line and the column of everything outside of marks', () => {
    const text = 'a: ${x} # {{ y }} z\nb: {{ c }}:{{ d }} e\n  f: $${g} %%{h}\n';
    const masked = maskTemplate(text).text;
    assert.equal(
      masked.replace(/[\ue000-\uf8ff]/g, '~'),
      'a: ~~~~ # ~~~~~~~ z\nb: ~~~~~~~:~~~~~~~ e\n  f: $${g} %%{h}\n',
    );
  });

  test('returns a mark that is never closed unchanged', () => {
    const text = `a: \${b\nc: {{ d\n${'${'.repeat(5000)}`;
    assert.equal(maskTemplate(text).text, text);
  });
});
