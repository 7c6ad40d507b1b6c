import { problemCodes } from '../../agent/base/problem.ts';
import { version } from '../../agent/base/version.ts';
import { helpOf, overview } from '../../agent/commands/help.ts';
import { commands } from '../../agent/commands/table.ts';
import { checks } from '../../agent/image/doctor/checks.ts';
import { operations } from '../../agent/image/seal/operations.ts';
import { datasourcesPage } from './clouds.ts';
import { bash, fish, zsh } from './completions.ts';
import { decisionsPage } from './decisions.ts';
import { filesPage } from './files.ts';
import { man } from './man.ts';
import { reference } from './reference.ts';
import { jsonSchema } from './schema.ts';

/** Returns all pages that are generated from tables in the code, by path. */
export const pages = (): Readonly<Record<string, string>> => ({
  'packaging/man/bootagent.8': man(commands, version),
  'packaging/completions/bootagent.bash': bash(commands),
  'packaging/completions/bootagent.zsh': zsh(commands),
  'packaging/completions/bootagent.fish': fish(commands),
  'docs/problems.md': problems(),
  'docs/commands.md': commandPage(),
  'docs/seal-operations.md': sealPage(),
  'docs/doctor-checks.md': doctorPage(),
  'docs/decisions/README.md': decisionsPage(),
  'docs/datasources.md': datasourcesPage(),
  'docs/files.md': filesPage(),
  'docs/modules.md': reference(),
  'docs/schema/cloud-config.json': jsonSchema(),
});

function problems(): string {
  const rows = Object.entries(problemCodes).map(([code, { means, fix }]) => `## ${code}\n\n${means}\n\nFix: ${fix}\n`);
  return `# Problems\n\nEvery error has one of these codes; \`bootagent explain CODE\` prints the same. Made by \`npm run manual\`.\n\n${rows.join('\n')}`;
}

function commandPage(): string {
  const each = commands.map((command) => `## ${command.name}\n\n\`\`\`\n${helpOf(command)}\`\`\`\n`);
  return `# Commands\n\nMade by \`npm run manual\` from the table that also makes the help, the man page and completion.\n\n\`\`\`\n${overview(commands)}\`\`\`\n\n${each.join('\n')}`;
}

function sealPage(): string {
  const each = operations.map(({ name, why, source, severity, removes, keeps, empties, drops, also }) => {
    const rows = [
      ...listed('Removed', removes),
      ...listed('Kept', keeps),
      ...listed('Emptied', empties),
      ...(drops ?? []).flatMap(({ lines, from }) => listed(`Lines that begin with \`${lines}\` dropped from`, from)),
      ...(also ? ['- More, by what the image is: see `bootagent seal`.'] : []),
    ];
    return `## ${name}\n\n${why} (If left over: ${severity}. Source: ${source}.)\n\n${rows.join('\n')}\n`;
  });
  return `# The operations of sealing\n\nIn their order; \`~\` stands for the home of every user. Made by \`npm run manual\` from the table that \`bootagent seal\` works by.\n\n${each.join('\n')}`;
}

const listed = (what: string, paths: readonly string[] = []): string[] =>
  paths.length === 0 ? [] : [`- ${what}: ${paths.map((path) => `\`${path}\``).join(', ')}`];

function doctorPage(): string {
  const each = checks.map(
    ({ name, severity, why, fix, source }) =>
      `## ${name}\n\n${severity}: ${why}\n\n- Fix: ${fix}\n- Source: ${source}\n`,
  );
  return `# The checks of the doctor\n\nMade by \`npm run manual\` from the tables that \`bootagent doctor\` works by.\n\n${each.join('\n')}`;
}
