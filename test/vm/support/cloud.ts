import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../machine/support/scratch.ts';
import type { Description } from '../../support/metadata/description.ts';
import type { dialects } from '../../support/metadata/dialects.ts';

/** The place a machine is started in: a network of its own, in which a metadata service may answer. */
export interface Cloud extends AsyncDisposable {
  readonly namespace: string;
  /** Starts the service; what runs is ended first. */
  serve(instance: Partial<Description>, ...speaking: readonly (keyof typeof dialects)[]): Promise<void>;
  /** Ends the service: nobody answers from then on. Gives what it was asked. */
  silence(): Promise<readonly string[]>;
}

export async function cloud(folder: string): Promise<Cloud> {
  const namespace = `ba-${randomBytes(3).toString('hex')}-cloud`;
  await run('ip', ['netns', 'add', namespace]);
  await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  await run('ip', ['-n', namespace, 'addr', 'add', '169.254.169.254/32', 'dev', 'lo']);
  const [settings, requests] = [join(folder, 'service.json'), join(folder, 'requests.json')];
  let service: ChildProcess | undefined;

  const silence = async () => {
    if (!service) return [];
    const ended = once(service, 'exit');
    service.kill('SIGTERM');
    await ended;
    service = undefined;
    return existsSync(requests) ? JSON.parse(readFileSync(requests, 'utf8')) : [];
  };
  return {
    namespace,
    silence,
    async serve(instance, ...speaking) {
      await silence();
      writeFileSync(settings, JSON.stringify({ instance, dialects: speaking }));
      const script = join(import.meta.dirname, 'serve.ts');
      service = spawn('ip', ['netns', 'exec', namespace, process.execPath, script, settings, requests], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(service.stdout ?? service, 'data');
    },
    async [Symbol.asyncDispose]() {
      await silence();
      await run('ip', ['netns', 'del', namespace]);
    },
  };
}
