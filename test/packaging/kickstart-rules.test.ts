import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const folder = 'packaging/kickstart';
const linesOf = (name: string): readonly string[] => readFileSync(`${folder}/${name}`, 'utf8').split('\n');
const said = (name: string): readonly string[] => linesOf(name).filter((line) => line !== '' && !line.startsWith('#'));
const at = (lines: readonly string[], pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));

/** Findings of ksvalidator (pykickstart of June 2026), and of a review of anaconda's sources. */
const verdicts: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/--instLangs/, 'RHEL10 refuses it, RHEL9 and Fedora warn of it'],
  [/--inst-langs/, 'RHEL8 refuses it'],
  [/--excludedocs/, 'leaves out the list of what the package holds'],
  [/^firewall --enabled/, 'security groups decide'],
  [/^autopart/, 'makes LVM, /boot and swap'],
];
/** The syntax versions that both kickstarts are valid in. */
const syntaxes = ['RHEL8', 'RHEL9', 'RHEL10', 'F42', 'F44'];

/** Debian does not package it: the tests run only where pykickstart is installed. */
const noValidator = spawnSync('ksvalidator', ['--help']).error ? 'ksvalidator is not installed' : false;

for (const name of ['bootagent.ks', 'worker.ks']) {
  describe(`the kickstart ${name}`, () => {
    const lines = said(name);
    for (const [pattern, why] of verdicts) {
      test(`has no ${pattern.source}: ${why}`, () => assert.equal(at(lines, pattern), -1));
    }
    test('lets anaconda make the partitions of the firmware before root, which is the last', () => {
      const parts = lines.filter((line) => /^(reqpart|part|logvol|volgroup)\b/.test(line));
      assert.match(parts.join('\n'), /^reqpart\npart \/ .*--grow.*$/);
    });
    test('makes an initramfs for any hardware, and keeps no memory for kdump', () => {
      assert.ok(lines.includes('dracut-config-generic'));
      assert.ok(lines.includes('%addon com_redhat_kdump --disable'));
      assert.match(lines.join('\n'), /^services .*--disabled=kdump$/m);
    });
    test('removes the name servers of the build behind its last download, and seals last of all', () => {
      const servers = at(lines, /^rm -f .*\/etc\/resolv\.conf/);
      assert.ok(servers > 0 && !lines.slice(servers).some((line) => /^dnf /.test(line)));
      assert.deepEqual(lines.slice(-2), ['bootagent seal --yes', '%end']);
    });
    for (const syntax of syntaxes) {
      test(`is taken by ksvalidator as ${syntax}, without a warning`, { skip: noValidator }, () => {
        const { status, stdout, stderr } = spawnSync('ksvalidator', ['-v', syntax, `${folder}/${name}`], {
          encoding: 'utf8',
        });
        assert.deepEqual([status, `${stdout}${stderr}`.replace(/^Checking kickstart file .*$/m, '').trim()], [0, '']);
      });
    }
  });
}

describe('the kickstart of a worker node', () => {
  const lines = said('worker.ks');
  test('is the other one with more in it', () => {
    const lacking = said('bootagent.ks').filter((line) => !lines.includes(line));
    assert.deepEqual(
      lacking.map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['part /'],
    );
  });
  test('brings the system up to date before it adds to it, and leaves services off until they are configured', () => {
    const order = [
      /^dnf -y distro-sync/,
      /epel-release/,
      /htcondor-release/,
      /^\[cernvm\]/,
      /^dnf -y install condor cvmfs/,
    ]
      .concat([/^systemctl disable condor\.service autofs\.service/, /^bootagent seal/])
      .map((pattern) => at(lines, pattern));
    assert.ok(!order.includes(-1), order.join());
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });
  test('names what software of ALICE needs, as a line to switch on', () => {
    assert.ok(linesOf('worker.ks').some((line) => /^# dnf -y install gcc .*gcc-gfortran.*libXpm.*tcl/.test(line)));
  });
});
