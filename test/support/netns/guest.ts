import { linux } from '../../../agent/host/linux.ts';
import { identify } from '../../../agent/identity/select-datasource.ts';
import { facts } from '../facts.ts';

/** One guest as a separate process: identifies its instance, and prints the result as JSON, with the time it took. */
interface Given {
  readonly named: readonly string[];
  readonly amazon?: boolean;
  readonly budgetMs: number;
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

// Only tests start it, with arguments they wrote themselves.
const given = JSON.parse(process.argv[2] ?? '{}') as Given;
const host = linux({ root: '/', offline: false });
const began = host.now();
process.stdout.write('began\n');
const notes: string[] = [];
const { platform } = facts();
const answer = await identify({
  host,
  facts: facts({ platform: { ...platform, vendor: given.amazon ? 'Amazon EC2' : 'QEMU' } }),
  named: given.named,
  settings: given.settings ?? {},
  stage: 'network',
  deadline: host.now() + given.budgetMs,
  note: (_level, text) => void notes.push(text),
});
const ended = { id: answer.instance?.id, how: answer.how, ms: host.now() - began, at: Date.now(), notes };
process.stdout.write(`${JSON.stringify(ended)}\n`);
