import { Problem } from '../../base/problem.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Manager } from './managers.ts';

/** Returns the packages that are not installed. Reads the package database without changing it. */
export function missing(manager: Manager, names: readonly string[], host: ReadHost): Promise<readonly string[]> {
  return manager === 'apt' ? missingDebs(names, host) : missingRpms(names, host);
}

const fields = ['db:Status-Abbrev', 'Package', 'Version', 'Provides'];
const format = `--showformat=${fields.map((field) => `\${${field}}`).join('\\t')}\\n`;

async function missingDebs(names: readonly string[], host: ReadHost): Promise<readonly string[]> {
  const { stdout } = await host.query(['dpkg-query', '--show', format]);
  const versions = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [status = '', name = '', version = '', provides = ''] = line.split('\t');
    if (!/^.i/.test(status)) continue;
    versions.set(name, version);
    for (const each of provides.split(', ')) {
      const [provided = ''] = each.split(' ');
      if (provided !== '' && !versions.has(provided)) versions.set(provided, '');
    }
  }
  return names.filter((each) => {
    const [name = '', version] = each.split('=');
    const found = versions.get(name.replace(/:\w+$/, ''));
    return found === undefined || (version !== undefined && found !== version);
  });
}

// As root, rpm creates files beside its database even for a query; as an unprivileged user it cannot.
const ask = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'rpm', '--query'] as const;

async function missingRpms(names: readonly string[], host: ReadHost): Promise<readonly string[]> {
  const byProvision = await host.query([...ask, '--whatprovides', ...names]);
  if (/setpriv: .*Operation not permitted/.test(byProvision.stderr)) {
    const cause = Object.assign(new Error(byProvision.stderr), { code: 'EPERM' });
    throw new Problem('needs-root', 'rpm can be queried only by root', { cause });
  }
  const unprovided = missingIn(names, byProvision.stdout + byProvision.stderr);
  if (unprovided.length === 0) return [];
  // A name with a version is the full name of a package, which `--whatprovides` does not find.
  const byName = await host.query([...ask, ...unprovided]);
  return missingIn(unprovided, byName.stdout + byName.stderr);
}

const missingIn = (names: readonly string[], said: string): readonly string[] => {
  const told = new Set(
    [...said.matchAll(/^no package provides (.*)$|^package (.*) is not installed$/gm)].map(([, a, b]) => a ?? b),
  );
  // A failed query, for example without a database, counts as not installed.
  return /^error: /m.test(said) ? names : names.filter((name) => told.has(name));
};
