import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';

/** Makes a locale available to programs. */
export const localeHandler: StateHandler<ChangeOf<'locale'>> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ name }) => name,

  async compare({ name }, host) {
    const { stdout } = await host.query(['locale', '-a']);
    return stdout.split('\n').some((each) => plain(each) === plain(name)) ? undefined : 'is not installed';
  },

  async apply({ name }, host) {
    const listed = await host.readText('/etc/locale.gen');
    if (listed === undefined) {
      const [language = name] = name.split('_');
      const hint = `Install the package that holds it (glibc-langpack-${language} on Enterprise Linux).`;
      throw new Problem('not-possible', `The locale ${name} is not installed here`, { hint });
    }
    const line = `${name} ${/\.(.+?)(?:@|$)/.exec(name)?.[1] ?? 'ISO-8859-1'}`;
    if (!listed.split('\n').includes(line)) await host.writeFile('/etc/locale.gen', `${listed.trimEnd()}\n${line}\n`);
    await host.run(['locale-gen'], { timeoutMs: 600_000 });
  },
};

/** `locale -a` writes "en_US.utf8" for en_US.UTF-8. */
const plain = (name: string): string => name.trim().toLowerCase().replace(/-/g, '');
