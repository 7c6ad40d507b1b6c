import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { levels, type Proof } from '../test/machine/support/proven.ts';

/** `npm run support`: generates docs/support.md from the results of the suites that ran on this machine. */
const folder = 'dist/support';
const proofs: readonly Proof[] = readdirSync(folder).map((name) =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')),
);
const rank = ({ level }: Proof) => levels.indexOf(level);
const rows = proofs.toSorted((a, b) => rank(a) - rank(b) || a.system.localeCompare(b.system));
writeFileSync(
  'docs/support.md',
  `# What it has been tried on

Made by \`npm run support\` from the suites' own runs (\`test:packaging\`, \`test:machine\`, \`test:vm\`); nothing stands here that none of
them has shown. "Stand-ins" are empty packages that provide what that release provides: they prove what the package asks for, not
that release.

| System | Shown | How |
|---|---|---|
${rows.map(({ system, level, told }) => `| ${system} | ${level} | ${told} |\n`).join('')}
Pieces of Enterprise Linux and Fedora were run by hand, since none of these systems is reachable for the suites:

| Release | Its | Seen |
|---|---|---|
| Enterprise Linux 8 (RHEL 8.10) | systemd 239, as PID 1 of a container | units in order, one agent process; the second and third boot started none |
| Enterprise Linux 9 | SELinux policy, enforcing | files labelled as the policy says; \`chpasswd\` was denied its input, before it had pipes |
| Enterprise Linux 8, 9 and 10, Fedora 42 to 44 | kickstart syntax | ksvalidator takes both kickstarts without a warning |

Not tried: a boot of Enterprise Linux or Fedora itself; their kernels and dnf against their repositories; a login by password under their
policy, since programs with input have pipes; arm64 hardware, and kernels with 64 kB pages.
`,
);
