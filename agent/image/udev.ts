import type { ReadHost } from '../host/host.ts';

const folder = '/etc/udev/rules.d';
const generators = ['/lib/udev/rules.d', '/usr/lib/udev/rules.d'].map(
  (each) => `${each}/75-persistent-net-generator.rules`,
);

/** One of the two rules files that tie interface names to addresses, on systems that generate such rules. */
export interface RuleFile {
  readonly path: string;
  readonly is: 'missing' | 'file' | 'link' | 'dangling';
}

/** Returns the files that must be empty, not missing: without them the generator writes new rules at the next boot. */
export async function ruleFiles(host: ReadHost): Promise<RuleFile[]> {
  let generates = false;
  for (const path of generators) generates ||= (await host.stat(path)) !== undefined;
  const found: RuleFile[] = [];
  for (const name of ['70-persistent-net.rules', '75-persistent-net-generator.rules']) {
    const path = `${folder}/${name}`;
    const stat = await host.stat(path);
    const dangles = stat?.type === 'link' && (await isDangling(path, host));
    const is = !stat ? 'missing' : dangles ? 'dangling' : stat.type === 'link' ? 'link' : 'file';
    if (is !== 'missing' || generates) found.push({ path, is });
  }
  return found;
}

/** Returns the links among udev's rules whose targets do not exist. */
export async function danglingRules(host: ReadHost): Promise<string[]> {
  const found: string[] = [];
  for (const name of await host.list(folder)) {
    const path = `${folder}/${name}`;
    if ((await host.stat(path))?.type === 'link' && (await isDangling(path, host))) found.push(path);
  }
  return found;
}

async function isDangling(path: string, host: ReadHost): Promise<boolean> {
  const target = (await host.readLink(path)) ?? '';
  const end = plain(target.startsWith('/') ? target : `${folder}/${target}`);
  // A tree of files often has no devices, but the guest has.
  return end !== '/dev/null' && (await host.stat(end)) === undefined;
}

function plain(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}
