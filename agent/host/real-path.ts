import type { ReadHost, Stat } from './host.ts';

const mostLinks = 40;

/** Returns a path with every link in it followed, as realpath(3); components that do not exist stay as they are. */
export async function realPath(path: string, host: ReadHost): Promise<string> {
  const ahead = componentsOf(path);
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
    ahead.unshift(...componentsOf(target));
    if (target.startsWith('/')) real.length = 0;
  }
  return `/${real.join('/')}`;
}

/** Returns the properties of a path, or of what it leads to if it is a link. */
export async function statFollowed(path: string, host: ReadHost): Promise<Stat | undefined> {
  const stat = await host.stat(path);
  return stat?.type === 'link' ? host.stat(await realPath(path, host)) : stat;
}

/** Returns the components of a path. */
export const componentsOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
