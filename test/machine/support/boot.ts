import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The recorded result of one boot of a machine. */
export interface Boot {
  /** Whether the probe ran, that is, whether the boot completed. */
  readonly reached: boolean;
  /** Returns what the probe recorded under this name. */
  read(name: string): string;
  /** Returns the properties of a unit, as systemd reports them. */
  unit(name: string): Readonly<Record<string, string>>;
  /** The whole console output. */
  readonly console: string;
}

export function bootOf(folder: string, console: string): Boot {
  const read = (name: string) => {
    const path = join(folder, name);
    if (!existsSync(path))
      throw new Error(`the boot left no "${name}"; its console ended in:\n${console.slice(-4000)}`);
    return readFileSync(path, 'utf8');
  };
  const unit = (name: string) =>
    Object.fromEntries(
      read(`unit-${name}`)
        .split('\n')
        .flatMap((line) => {
          const at = line.indexOf('=');
          return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
        }),
    );
  return { reached: existsSync(join(folder, 'journal')), read, unit, console };
}

/** Asserts what must hold for every boot. */
export function soundBoot(boot: Boot): void {
  const journal = boot.read('journal');
  assert.doesNotMatch(journal, /ordering cycle/i);
  // Most machines have an empty drive: a read from it would take long, and report an error on the console.
  assert.doesNotMatch(journal, /I\/O error, dev sr/);
  assert.deepEqual(linesOf(boot.read('failed')), []);
  for (const unit of ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service']) {
    assert.equal(boot.unit(unit).Result, 'success', `${unit}\n${journal}`);
  }
  for (const target of ['bootagent-network.target', 'bootagent.target', 'multi-user.target']) {
    assert.equal(boot.unit(target).ActiveState, 'active', target);
  }
  const waiting = linesOf(boot.read('jobs')).filter((job) => job.trimEnd().endsWith(' waiting'));
  assert.deepEqual(waiting, [], 'jobs that still wait');
}

export const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');
