import { type MemoryHost, memoryHost } from './memory-host.ts';

interface Dnf {
  readonly installed?: readonly string[];
  /** The packages in its repositories. */
  readonly available?: readonly string[] | 'any';
  /** The number of initial failures, and their error output. */
  readonly failing?: number;
  readonly says?: string;
}

/** Returns a machine with dnf, which installs packages. */
export function dnfMachine({ installed = [], available = [], failing = 0, says = '' }: Dnf = {}): MemoryHost {
  const there = new Set(installed);
  let left = failing;
  return memoryHost({
    programs: {
      timedatectl: () => 'NTP=no\nNTPSynchronized=no\n',
      setpriv: (words) => {
        const names = words.slice(words.indexOf('--query') + 1).filter((word) => word !== '--whatprovides');
        const missing = names.filter((name) => !there.has(name));
        const provides = words.includes('--whatprovides');
        const say = (name: string) => (provides ? `no package provides ${name}` : `package ${name} is not installed`);
        return { code: missing.length, stdout: missing.map(say).join('\n') };
      },
      dnf: (words) => {
        if (left-- > 0) return { code: 1, stderr: says };
        const names = words.slice(words.indexOf('install') + 1);
        const unknown = available === 'any' ? [] : names.filter((name) => !available.includes(name));
        if (unknown.length > 0) return { code: 1, stderr: `Error: Unable to find a match: ${unknown.join(' ')}` };
        for (const name of names) there.add(name);
        return '';
      },
    },
  });
}
