import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { run, unable } from './support/scratch.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm', 'gcc');

/** Records the unit of each program that loads it. */
const library = `
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) {
  char text[4096];
  int from = open("/proc/self/cgroup", O_RDONLY), to = open("/run/loaded", O_WRONLY | O_CREAT | O_APPEND, 0666);
  ssize_t length = read(from, text, sizeof text);
  if (length > 0) write(to, text, length);
}
`;

const script = `const fs = require('fs');
fs.appendFileSync('/run/scripts', fs.readFileSync('/proc/self/cgroup'));
`;

/** The files that injected code writes: from the dynamic linker, from a shell, from Node. */
const traps = ['loaded', 'shells', 'scripts'];

const variables = {
  NODE_OPTIONS: '--require /opt/evil.cjs',
  NODE_PATH: '/opt',
  LD_PRELOAD: '/opt/evil.so',
  BASH_ENV: '/opt/evil.sh',
  ENV: '/opt/evil.sh',
};

/** An ordinary unit, which inherits the environment: the same variables do inject code into it. */
const neighbour = `[Service]
Type=oneshot
ExecStart=/bin/bash -c '/opt/node -e 0'
[Install]
WantedBy=multi-user.target
`;

const userData = `#cloud-config
bootcmd:
  - bash -c 'echo ran >>/root/ran'
runcmd:
  - bash -c 'env >/root/environment; echo ran >>/root/ran'
`;

test('nothing in the environment of systemd brings code into what the units start', { skip }, async () => {
  await using machine = await container('bookworm', {
    probe: {
      ...Object.fromEntries(traps.map((name) => [name, `cat /run/${name}`])),
      ran: 'cat /root/ran',
      given: 'cat /root/environment',
    },
  });
  const { root } = machine;
  await machine.write('/opt/evil.c', library);
  await machine.write('/opt/evil.cjs', script);
  await machine.write('/opt/evil.sh', 'cat /proc/self/cgroup >>/run/shells\n');
  await run('gcc', ['-shared', '-fPIC', '-o', join(root, 'opt/evil.so'), join(root, 'opt/evil.c')]);
  await copyFile(process.execPath, join(root, 'opt/node'));
  const words = Object.entries(variables).map(([name, value]) => `"${name}=${value}"`);
  await machine.write('/etc/systemd/system.conf.d/evil.conf', `[Manager]\nDefaultEnvironment=${words.join(' ')}\n`);
  await machine.write('/etc/systemd/system/neighbour.service', neighbour);
  await run('systemctl', ['--root', root, 'enable', 'neighbour.service']);
  await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-1\n');
  await machine.write('/var/lib/cloud/seed/nocloud/user-data', userData);

  const boot = await machine.boot();
  soundBoot(boot);
  assert.equal(boot.read('ran'), 'ran\nran\n');
  for (const told of traps) {
    assert.match(boot.read(told), /neighbour\.service/, `${told}: the trap works`);
    assert.doesNotMatch(boot.read(told), /bootagent/, told);
  }
  assert.doesNotMatch(boot.read('given'), /evil/, 'a script of the user is given none of it');
});
