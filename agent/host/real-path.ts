import type { ReadHost } from './host.ts';

const mostLinks = 40;

/** Returns a path with every link in it followed, as realpath(3); components that do not exist stay as they are. */
export async function realPath(path: string, host: ReadHost): Promise<string> {
  const ahead = namesOf(path);
  const real: string[] = [];
  for (let links = 0; ahead.length > 0; ) {
    const name = ahead.shift() ?? '';
    if (name === '..') {
      real.pop();
      continue;
    }
    const target = await host.readLink(`/${[...real, name].join('/')}`);
    if (target === undefined || ++links > mostLinks) {
      real.push(name);
      continue;
    }
    ahead.unshift(...namesOf(target));
    if (target.startsWith('/')) real.length = 0;
  }
  return `/${real.join('/')}`;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
