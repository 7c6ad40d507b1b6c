import { helpOf, overview } from '../../agent/commands/help.ts';
import { commands } from '../../agent/commands/table.ts';
import { problemCodes } from '../../agent/problem.ts';
import { version } from '../../agent/version.ts';
import { bash, fish, zsh } from './completions.ts';
import { man } from './man.ts';

/** Everything that is made from the tables of the code, by path, so that none of it can drift. */
export const pages = (): Readonly<Record<string, string>> => ({
  'packaging/man/bootagent.8': man(commands, version),
  'packaging/completions/bootagent.bash': bash(commands),
  'packaging/completions/bootagent.zsh': zsh(commands),
  'packaging/completions/bootagent.fish': fish(commands),
  'docs/problems.md': problems(),
  'docs/commands.md': commandPage(),
});

function problems(): string {
  const rows = Object.entries(problemCodes).map(([code, { means, mend }]) => `## ${code}\n\n${means}\n\n${mend}\n`);
  return `# Problems\n\nEvery error has one of these codes; \`bootagent explain CODE\` tells the same. Made by \`npm run manual\`.\n\n${rows.join('\n')}`;
}

function commandPage(): string {
  const each = commands.map((command) => `## ${command.name}\n\n\`\`\`\n${helpOf(command)}\`\`\`\n`);
  return `# Commands\n\nMade by \`npm run manual\` from the table that also makes the help, the man page and completion.\n\n\`\`\`\n${overview(commands)}\`\`\`\n\n${each.join('\n')}`;
}
