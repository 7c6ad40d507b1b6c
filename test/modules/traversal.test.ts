import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readNetworkConfig } from '../../agent/datasources/network-config.ts';
import { readNetworkData } from '../../agent/datasources/network-data.ts';
import { readContextNetwork } from '../../agent/datasources/opennebula-network.ts';
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
  '',
  ' ',
  '/',
  'a/',
  'a/.',
  `..%2f${target}`,
  `%2e%2e%2f${target}`,
  `\\u2025/${target}`,
  `a\\t../${target}`,
  `a\\r/${target}`,
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
  'a host name with its domain': (name) => `fqdn: "${name}"`,
  'the primary group of a user': (name) => `users: [{name: ann, primary_group: "${name}"}]`,
  'a unit to enable': (name) => `services: {enable: ["${name}"]}`,
  'a unit to mask': (name) => `services: {mask: ["${name}"]}`,
  'a repository of CVMFS': (name) => `cvmfs: {mount: systemd, client_profile: single, repositories: ["${name}"]}`,
  'a parameter of CVMFS': (name) => `cvmfs: {parameters: {"${name}": x}}`,
  'a host key': (name) => `ssh_keys: {"${name}_private": x, "${name}_certificate": y}`,
  'a type of host key': (name) => `ssh_genkeytypes: ["${name}"]`,
  'a public key to post': (name) => `phone_home: {url: "http://a/", post: ["${name}"]}`,
  'a time server': (name) => `ntp: {servers: ["${name}"]}`,
  'a daemon of HTCondor': (name) => `condor: {central_manager: a, daemons: ["${name}"]}`,
  'a setting of HTCondor': (name) => `condor: {central_manager: a, settings: {"${name}": x}}`,
};

/** The settings that are a path as a whole: user-data may choose any, but one that is not absolute is an error. */
const paths: Readonly<Record<string, (path: string) => string>> = {
  'a file': (path) => `write_files: [{path: "${path}", content: x}]`,
  'a download': (path) => `write_files: [{path: "${path}", source: {uri: "http://a/"}}]`,
  'a swap file': (path) => `swap: {filename: "${path}", size: 1G}`,
  'a mount point': (path) => `mounts: [[vdb, "${path}"]]`,
  'a seed': (path) => `random_seed: {file: "${path}", data: x}`,
  'a directory of repositories': (path) => `yum_repo_dir: "${path}"\nyum_repos: {a: {name: n, baseurl: "http://a/"}}`,
  'a file of the locale': (path) => `locale: en_US.UTF-8\nlocale_configfile: "${path}"`,
  'a home': (path) => `users: [{name: ann, homedir: "${path}"}]`,
  'a shell': (path) => `users: [{name: ann, shell: "${path}"}]`,
};
/** Paths that no change may get: relative, or with a byte at which a program or a file format would cut them. */
const noPaths: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  'a',
  `../${target}`,
  '~/a',
  'C:/a',
  '%2fa',
  `/a\\0/${target}`,
  `/a\\n/${target}`,
  `/a\\r/${target}`,
];

const modules = stages.flatMap((stage) => schedule[stage]);

/** Returns every text in a change that is a path, or a name from which its handler makes one. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

const leads = (text: string): boolean =>
  text.split(/[/\\]/).includes('..') || text.includes(target) || /[\0\n]\.\./.test(text);

/** Returns the paths of all changes of a plan. */
const pathsOf = (yaml: string): { readonly found: readonly string[]; readonly told: boolean } => {
  const plans = modules.map((module) => planned(module, `${yaml}\n`));
  const changes = plans.flatMap(({ plan }) => plan.flatMap((item) => item.changes));
  const found = changes.flatMap((change): string[] => [
    ...('path' in change ? [change.path] : []),
    ...('target' in change && change.kind !== 'link' ? [change.target] : []),
    ...(change.kind === 'user' ? [change.home ?? '/', change.shell ?? '/'] : []),
    ...(change.kind === 'edit' && change.edit.syntax === 'fstab' && 'put' in change.edit ? [change.edit.put.file] : []),
  ]);
  const notes = plans.flatMap(({ plan }) => plan.flatMap((item) => item.notes ?? []));
  return { found, told: plans.some(({ findings }) => findings.length > 0) || notes.length > 0 };
};

describe('a path that is not absolute, or has a line break or NUL in it, is in no plan', () => {
  for (const [what, write] of Object.entries(paths)) {
    test(what, () => {
      assert.ok(pathsOf(write('/srv/a')).found.some((path) => path.startsWith('/srv/a')));
      for (const path of noPaths) {
        const { found, told } = pathsOf(write(path));
        const wrong = found.filter((each) => !/^\/[^\0-\x1f]*$/.test(each) && !['none', 'swap'].includes(each));
        assert.deepEqual(wrong, [], JSON.stringify(path));
        assert.ok(told, `${JSON.stringify(path)} is reported`);
      }
    });
  }
});

test('a swap file is named as the kernel shows it', () => {
  for (const path of ['/a/../swap', '//swap', '/a/./swap', '/swap/', '/..', '/']) {
    const { found, told } = pathsOf(`swap: {filename: "${path}", size: 1G}`);
    assert.deepEqual([found.filter((each) => each.includes('swap')), told], [[], true], path);
  }
});

test('a MAC address of the metadata that leads elsewhere is in no plan', () => {
  for (const mac of traversals) {
    const spelt = JSON.stringify(mac);
    const networks = [
      readNetworkConfig(
        { version: 2, ethernets: { a: { match: { macaddress: mac }, addresses: ['10.0.0.5/24'] } } },
        facts(),
      ),
      readNetworkConfig(
        {
          version: 1,
          config: [
            { type: 'physical', name: 'x', mac_address: mac, subnets: [{ type: 'static', address: '10.0.0.5/24' }] },
          ],
        },
        facts(),
      ),
      readNetworkData({
        links: [{ id: 'l', type: 'phy', ethernet_mac_address: mac }],
        networks: [{ id: 'n', link: 'l', type: 'ipv4', ip_address: '10.0.0.5', netmask: '255.255.255.0' }],
      }),
      readContextNetwork(
        new Map([
          ['ETH0_MAC', mac],
          ['ETH0_IP', '10.0.0.5'],
        ]),
      ),
    ];
    for (const { interfaces, leftOut } of networks) {
      assert.deepEqual(interfaces, [], spelt);
      assert.ok(leftOut.length > 0, `${spelt} is reported`);
    }
  }
});

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
            plans.some(({ plan, findings }) => findings.length > 0 || plan.some(({ notes = [] }) => notes.length > 0)),
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
