import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { levels, type Proof } from '../test/machine/support/proven.ts';

/** `npm run support`: makes docs/support.md of what the suites that ran here have shown. */
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
Not tried: a boot of Enterprise Linux itself and of systemd 239; arm64 hardware, and kernels with 64 kB pages; SELinux in enforcing
mode.
`,
);
